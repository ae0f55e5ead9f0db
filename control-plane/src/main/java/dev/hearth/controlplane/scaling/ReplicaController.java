package dev.hearth.controlplane.scaling;

import dev.hearth.api.ReplicaView;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What people do to one replica. */
@RestController
@RequestMapping(path = "/api/v1/replicas/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
final class ReplicaController {
    private final ReplicaDrains drains;

    ReplicaController(ReplicaDrains drains) {
        this.drains = drains;
    }

    @Operation(
            summary = "Drain a replica",
            description =
                    "It gets nothing new, finishes what it runs, and goes. Its pool starts another if it needs one.")
    @PostMapping("/drain")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ReplicaView drain(@PathVariable String id) {
        return drains.drain(id);
    }
}
