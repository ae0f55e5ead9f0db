package dev.hearth.controlplane.replica;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** Counts the streams that are open here: more than there are replicas for long means that some are stuck. */
@Component
record StreamMeters(WorkerStream streams) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("hearth.replica.streams", streams, WorkerStream::open)
                .description("Open streams of replicas")
                .register(registry);
    }
}
