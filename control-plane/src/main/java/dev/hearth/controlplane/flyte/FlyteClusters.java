package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import flyteidl2.cluster.SelectClusterRequest;
import flyteidl2.cluster.SelectClusterResponse;
import org.springframework.stereotype.Component;

/** {@code flyteidl2.cluster.ClusterService}: there is one cluster, and it is here. */
@Component
final class FlyteClusters implements ConnectService {
    @Override
    public String name() {
        return "flyteidl2.cluster.ClusterService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary(
                "SelectCluster",
                SelectClusterRequest.getDefaultInstance(),
                request -> SelectClusterResponse.getDefaultInstance());
    }
}
