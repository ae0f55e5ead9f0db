package dev.hearth.controlplane.flyte;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hearth.api.LogLineView;
import dev.hearth.api.LogText;
import dev.hearth.controlplane.flyte.FlyteStore.ActionRow;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import dev.hearth.controlplane.flyte.connect.ServerStream;
import dev.hearth.controlplane.logs.LogTail;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.common.OffloadedInputData;
import flyteidl2.common.ProjectIdentifier;
import flyteidl2.dataproxy.CreateUploadLocationRequest;
import flyteidl2.dataproxy.CreateUploadLocationResponse;
import flyteidl2.dataproxy.GetActionDataRequest;
import flyteidl2.dataproxy.GetActionDataResponse;
import flyteidl2.dataproxy.TailLogsRequest;
import flyteidl2.dataproxy.TailLogsResponse;
import flyteidl2.dataproxy.UploadInputsRequest;
import flyteidl2.dataproxy.UploadInputsResponse;
import flyteidl2.logs.dataplane.LogLine;
import flyteidl2.logs.dataplane.LogLineOriginator;
import flyteidl2.task.Inputs;
import flyteidl2.task.Outputs;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** {@code flyteidl2.dataproxy.DataProxyService}: files, inputs, outputs and logs. */
@Component
final class FlyteData implements ConnectService {
    private static final Duration UPLOAD_WITHIN = Duration.ofHours(1);
    private static final Duration UPLOAD_WITHIN_AT_MOST = Duration.ofDays(7);
    private static final int MD5_BYTES = 16;

    /** Lines of one message. */
    private static final int MOST_LINES = 500;

    private final FlyteStore store;
    private final FlyteFiles files;
    private final Uploads uploads;
    private final LogTail logs;
    private final Clock clock;

    FlyteData(FlyteStore store, FlyteFiles files, Uploads uploads, LogTail logs, Clock clock) {
        this.store = store;
        this.files = files;
        this.uploads = uploads;
        this.logs = logs;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "flyteidl2.dataproxy.DataProxyService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("CreateUploadLocation", CreateUploadLocationRequest.getDefaultInstance(), this::uploadLocation);
        methods.unary("UploadInputs", UploadInputsRequest.getDefaultInstance(), this::uploadInputs);
        methods.unary("GetActionData", GetActionDataRequest.getDefaultInstance(), this::actionData);
        methods.stream("TailLogs", TailLogsRequest.getDefaultInstance(), this::tail);
    }

    /** Under its content, so that the same bundle is one file. */
    private CreateUploadLocationResponse uploadLocation(CreateUploadLocationRequest request) {
        byte[] md5 = request.getContentMd5().toByteArray();
        if (md5.length != MD5_BYTES) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT, "content_md5 must be " + MD5_BYTES + " bytes, was " + md5.length);
        }
        Place place = Place.of(ProjectIdentifier.newBuilder()
                .setOrganization(request.getOrg())
                .setName(request.getProject())
                .setDomain(request.getDomain())
                .build());
        String folder = request.getFilenameRoot().isEmpty() ? HexFormat.of().formatHex(md5) : request.getFilenameRoot();
        String file = files.upload(place, folder, request.getFilename().isEmpty() ? "file" : request.getFilename());
        String address = files.address(file);
        if (request.getContentLength() > uploads.most()) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT,
                    "content_length may be at most " + uploads.most() + " bytes (hearth.flyte.max-upload), was "
                            + request.getContentLength());
        }
        Instant until = clock.instant().plus(within(request));
        return CreateUploadLocationResponse.newBuilder()
                .setSignedUrl(ServletUriComponentsBuilder.fromCurrentContextPath()
                                .build()
                                .toUriString()
                        + Uploads.PATH
                        + uploads.signed(file, md5, until))
                .setNativeUrl(address)
                .setExpiresAt(Messages.time(until))
                .build();
    }

    private static Duration within(CreateUploadLocationRequest request) {
        if (!request.hasExpiresIn()) {
            return UPLOAD_WITHIN;
        }
        Duration wanted = Duration.ofSeconds(request.getExpiresIn().getSeconds());
        if (!wanted.isPositive() || wanted.compareTo(UPLOAD_WITHIN_AT_MOST) > 0) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT,
                    "expires_in must be 1 s to " + UPLOAD_WITHIN_AT_MOST.toSeconds() + " s, was " + wanted.toSeconds()
                            + " s");
        }
        return wanted;
    }

    private UploadInputsResponse uploadInputs(UploadInputsRequest request) {
        Place place = request.hasRunId() ? Place.of(request.getRunId()) : Place.of(request.getProjectId());
        return UploadInputsResponse.newBuilder()
                .setOffloadedInputData(OffloadedInputData.newBuilder()
                        .setUri(files.writeInputs(place, request.getInputs()))
                        .setInputsHash(FlyteStore.sha256(request.getInputs().toByteArray())))
                .build();
    }

    private GetActionDataResponse actionData(GetActionDataRequest request) {
        ActionIdentifier id = request.getActionId();
        ActionRow row = store.action(id.getRun().getName(), id.getName())
                .orElseThrow(() -> FlyteRuns.unknown(id.getRun().getName(), id.getName()));
        GetActionDataResponse.Builder data = GetActionDataResponse.newBuilder();
        try {
            if (row.call() != null) {
                data.setInputsUri(row.call().inputsUri());
                Optional<byte[]> inputs = files.read(row.call().inputsUri());
                if (inputs.isPresent()) {
                    data.setInputs(Inputs.parseFrom(inputs.get()));
                }
            }
            if (row.result() != null && !row.result().outputsUri().isEmpty()) {
                String uri = row.result().outputsUri();
                data.setOutputsUri(uri);
                Optional<byte[]> outputs = files.read(uri.endsWith(".pb") ? uri : uri + "/outputs.pb");
                data.setOutputs(outputs.isPresent() ? Outputs.parseFrom(outputs.get()) : Outputs.getDefaultInstance());
            }
            return data.build();
        } catch (InvalidProtocolBufferException e) {
            throw new ConnectException(
                    Code.DATA_LOSS, "the files of " + id.getName() + " cannot be read: " + e.getMessage());
        }
    }

    private void tail(TailLogsRequest request, ServerStream<TailLogsResponse> stream)
            throws IOException, InterruptedException {
        ActionIdentifier id = request.getActionId();
        List<LogLine> gathered = new ArrayList<>();
        LogText text = new LogText(false);
        logs.follow(id.getRun().getName(), id.getName(), new LogTail.Lines() {
            @Override
            public void line(LogLineView line) throws IOException {
                if (line.attempt() == request.getAttempt()) {
                    gathered.add(LogLine.newBuilder()
                            .setTimestamp(Messages.time(line.time()))
                            .setMessage(text.next(line))
                            .setOriginator(LogLineOriginator.USER)
                            .build());
                }
                if (gathered.size() >= MOST_LINES) {
                    flush();
                }
            }

            @Override
            public void flush() throws IOException {
                if (!gathered.isEmpty()) {
                    stream.send(TailLogsResponse.newBuilder()
                            .addLogs(TailLogsResponse.Logs.newBuilder().addAllLines(gathered))
                            .build());
                    gathered.clear();
                }
            }

            @Override
            public void silence() throws IOException {
                stream.send(TailLogsResponse.getDefaultInstance());
            }
        });
    }
}
