package dev.hearth.controlplane.replica;

import dev.hearth.wire.WorkerFrame;
import dev.hearth.wire.WorkerGatewayGrpc;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/**
 * Reads frames. Bytes that are none become {@link #MALFORMED}: thrown on the network's thread, where nobody can answer it, the
 * fault of one sender would look like one of this server.
 */
final class FrameReader implements Marshaller<WorkerFrame> {
    /** Known by identity: no sender can make one. */
    static final WorkerFrame MALFORMED =
            WorkerFrame.newBuilder().setDraining(true).build();

    private final Marshaller<WorkerFrame> strict =
            WorkerGatewayGrpc.getConnectMethod().getRequestMarshaller();

    @Override
    public InputStream stream(WorkerFrame frame) {
        return strict.stream(frame);
    }

    @Override
    public WorkerFrame parse(InputStream bytes) {
        try {
            return strict.parse(bytes);
        } catch (StatusRuntimeException notProtobuf) {
            return MALFORMED;
        }
    }
}
