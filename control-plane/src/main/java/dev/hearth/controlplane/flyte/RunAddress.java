package dev.hearth.controlplane.flyte;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.view.RedirectView;

/** Where the SDK's {@code run.url} points: the page of the run. */
@Controller
class RunAddress {
    @GetMapping("/v2/domain/{domain}/project/{project}/runs/{run}")
    RedirectView run(@PathVariable String run) {
        return new RedirectView("/runs/" + run, true, false);
    }
}
