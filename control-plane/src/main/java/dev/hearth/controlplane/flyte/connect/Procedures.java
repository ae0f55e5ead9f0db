package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** What the services have bound, by its name on the wire: {@code flyteidl2.workflow.RunService/CreateRun}. Unchanged after the start. */
@Component
final class Procedures {
    private final Map<String, Procedure> byName = new HashMap<>();

    Procedures(ObjectProvider<ConnectService> services) {
        services.forEach(service -> service.bind(new Binding(service.name())));
    }

    @Nullable
    Procedure find(String name) {
        return byName.get(name);
    }

    private final class Binding implements Methods {
        private final String service;

        Binding(String service) {
            this.service = service;
        }

        @Override
        public <Q extends Message, R extends Message> void unary(
                String method, Q defaultRequest, UnaryHandler<Q, R> handler) {
            bind(method, defaultRequest, false, new Procedure.Unary<>(defaultRequest, handler));
        }

        @Override
        public <Q extends Message, R extends Message> void stream(
                String method, Q defaultRequest, StreamHandler<Q, R> handler) {
            bind(method, defaultRequest, true, new Procedure.Stream<>(defaultRequest, handler));
        }

        private void bind(String method, Message request, boolean stream, Procedure procedure) {
            String name = service + "/" + method;
            MethodDescriptor known = FlyteApi.method(service, method);
            if (known == null
                    || known.isServerStreaming() != stream
                    || !known.getInputType().equals(request.getDescriptorForType())) {
                throw new IllegalStateException("The Flyte API has no " + (stream ? "stream " : "unary method ") + name
                        + " that takes " + request.getDescriptorForType().getFullName());
            }
            if (byName.putIfAbsent(name, procedure) != null) {
                throw new IllegalStateException(name + " is bound twice");
            }
        }
    }
}
