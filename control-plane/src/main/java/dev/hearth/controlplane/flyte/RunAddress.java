package dev.hearth.controlplane.flyte;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.util.UriComponentsBuilder;

/** Where the SDK's links point: {@code run.url} to the page of the run, those of deployed tasks to the list of environments. */
@Controller
class RunAddress {
    @GetMapping("/v2/domain/{domain}/project/{project}/tasks/{task}")
    ResponseEntity<Void> task() {
        return ResponseEntity.status(HttpStatus.SEE_OTHER)
                .location(URI.create("/"))
                .build();
    }

    @GetMapping("/v2/domain/{domain}/project/{project}/runs/{run}")
    ResponseEntity<Void> run(@PathVariable String run) {
        URI page = UriComponentsBuilder.fromPath("/runs/{run}")
                .build()
                .expand(run)
                .encode()
                .toUri();
        return ResponseEntity.status(HttpStatus.SEE_OTHER).location(page).build();
    }
}
