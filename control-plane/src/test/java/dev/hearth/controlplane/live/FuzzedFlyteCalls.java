package dev.hearth.controlplane.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import flyteidl2.common.ListRequest;
import flyteidl2.dataproxy.UploadInputsRequest;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.ImageIdentifier;
import flyteidl2.imagebuilder.ImageSpec;
import flyteidl2.imagebuilder.Layer;
import flyteidl2.imagebuilder.PipPackages;
import flyteidl2.imagebuilder.Requirements;
import flyteidl2.task.Inputs;
import flyteidl2.task.ListTasksRequest;
import flyteidl2.workflow.ListRunsRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.core.JacksonException;

/** Calls of the Flyte door: valid ones, those that are made of them, and those that are made of nothing. */
final class FuzzedFlyteCalls {
    private static final List<FileDescriptor> FILES = List.of(
            flyteidl2.actions.ActionsServiceProto.getDescriptor(),
            flyteidl2.cluster.ServiceProto.getDescriptor(),
            flyteidl2.dataproxy.DataproxyServiceProto.getDescriptor(),
            flyteidl2.imagebuilder.ServiceProto.getDescriptor(),
            flyteidl2.project.ProjectServiceProto.getDescriptor(),
            flyteidl2.secret.SecretProto.getDescriptor(),
            flyteidl2.task.TaskServiceProto.getDescriptor(),
            flyteidl2.trigger.TriggerServiceProto.getDescriptor(),
            flyteidl2.workflow.RunServiceProto.getDescriptor(),
            flyteidl2.workflow.StateServiceProto.getDescriptor());

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer();

    /** Already encoded. */
    private static final List<String> NASTY = List.of(
            "",
            "..",
            "%2e%2e%2f",
            "%00",
            "a%0d%0ab",
            "%7Bx%7D",
            "{x}",
            "x%2fy",
            "%f0%9f%98%80",
            "%",
            "%zz",
            "%c3%28",
            "a%20b",
            ";a=b",
            "-1",
            "1e9",
            "99999999999999999999",
            "%22",
            "'",
            "%5c",
            "x".repeat(3_000));

    /** The runs that the fuzz may speak of: what it aborts must not be what its children need. */
    record Runs(String live, String aborted, String ended) {}

    private final Runs runs;
    private final Map<String, List<Message>> valid = new TreeMap<>();
    private final List<String> known;

    FuzzedFlyteCalls(Runs runs) {
        this.runs = runs;
        this.known = List.of(
                runs.aborted(),
                runs.ended(),
                "nosuch",
                "default",
                "development",
                "hearth",
                "a0",
                "a1",
                "env.task",
                "1",
                FlyteRequests.ENVIRONMENT,
                "system",
                "build-image",
                "name",
                "x");
        List.of(
                        FlyteRequests.create(null),
                        FlyteRequests.create(null).toBuilder()
                                .setTaskId(FlyteRequests.task())
                                .build(),
                        FlyteRequests.create(null).toBuilder()
                                .setRunId(FlyteRequests.run("fuzzed"))
                                .setTaskSpec(FlyteRequests.olderSpec())
                                .build())
                .forEach(request -> add("flyteidl2.workflow.RunService/CreateRun", request));
        add("flyteidl2.actions.ActionsService/Enqueue", FlyteRequests.enqueue(runs.live(), "a1"));
        add("flyteidl2.actions.ActionsService/Enqueue", FlyteRequests.enqueue(runs.live(), "a2"));
        add("flyteidl2.actions.ActionsService/Enqueue", FlyteRequests.trace(runs.live(), "a3"));
        add("flyteidl2.task.TaskService/DeployTask", FlyteRequests.deploy());
        add(
                "flyteidl2.task.TaskService/ListTasks",
                ListTasksRequest.newBuilder()
                        .setProjectId(FlyteRequests.project())
                        .setRequest(ListRequest.newBuilder().setLimit(3).setToken("1"))
                        .build());
        add(
                "flyteidl2.workflow.RunService/ListRuns",
                ListRunsRequest.newBuilder()
                        .setProjectId(FlyteRequests.project())
                        .setRequest(ListRequest.newBuilder().setLimit(3).setToken("1"))
                        .build());
        add(
                "flyteidl2.dataproxy.DataProxyService/UploadInputs",
                UploadInputsRequest.newBuilder()
                        .setProjectId(FlyteRequests.project())
                        .setTaskSpec(FlyteRequests.spec())
                        .setInputs(Inputs.getDefaultInstance())
                        .build());
        add("flyteidl2.dataproxy.DataProxyService/CreateUploadLocation", FlyteRequests.upload());
        add(
                "flyteidl2.imagebuilder.ImageService/GetImage",
                GetImageRequest.newBuilder()
                        .setOrganization("hearth")
                        .setId(ImageIdentifier.newBuilder().setName("x"))
                        .build());
    }

    private void add(String procedure, Message request) {
        valid.computeIfAbsent(procedure, name -> new ArrayList<>()).add(request);
    }

    /** One of the door's methods. */
    record Method(String name, boolean stream, DynamicMessage request, DynamicMessage answer) {}

    /** All that are declared; the door does not serve all of them. */
    static List<Method> methods() {
        return FILES.stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> !method.isClientStreaming())
                .map(FuzzedFlyteCalls::method)
                .toList();
    }

    private static Method method(MethodDescriptor method) {
        return new Method(
                method.getService().getFullName() + "/" + method.getName(),
                method.isServerStreaming(),
                DynamicMessage.getDefaultInstance(method.getInputType()),
                DynamicMessage.getDefaultInstance(method.getOutputType()));
    }

    /** A call as it is sent. */
    record Call(Method method, String contentType, byte[] body, List<String> headers) {
        boolean isJson() {
            return contentType.endsWith("json");
        }

        @Override
        public String toString() {
            String text = new String(body, UTF_8);
            return method.name() + " [" + contentType + "] " + headers + " "
                    + (text.length() > 1_500 ? text.substring(0, 1_500) + "... " + body.length + " bytes" : text);
        }
    }

    Call next(Method method, Random random) {
        FuzzedMessages messages = new FuzzedMessages(random, known(method));
        List<Message> base = valid.getOrDefault(method.name(), List.of());
        Message request = base.isEmpty() ? address(method, messages, random) : base.get(random.nextInt(base.size()));
        Message message = random.nextInt(5) == 0 ? messages.random(method.request()) : messages.changed(request);
        boolean json = random.nextInt(3) == 0;
        byte[] body = message.toByteArray();
        if (json) {
            try {
                String text = PRINTER.print(message);
                body = random.nextInt(3) == 0 ? text.getBytes(UTF_8) : new FuzzedJson(random).of(text);
            } catch (InvalidProtocolBufferException | IllegalArgumentException | JacksonException noJsonForIt) {
                json = false;
            }
        }
        return call(method, json, body, random);
    }

    static Call empty(Method method) {
        return call(method, false, new byte[0], new Random(0));
    }

    private static Call call(Method method, boolean json, byte[] body, Random random) {
        List<String> headers = new ArrayList<>(List.of("Connect-Protocol-Version", "1"));
        if (method.stream()) {
            headers.addAll(List.of("Connect-Timeout-Ms", "300"));
        } else if (random.nextInt(4) == 0) {
            headers.addAll(List.of("Connect-Timeout-Ms", "9000"));
        }
        String type = json ? "json" : "proto";
        return new Call(
                method,
                method.stream() ? "application/connect+" + type : "application/" + type,
                method.stream() ? framed(body) : body,
                headers);
    }

    static byte[] framed(byte[] content) {
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) 0)
                .putInt(content.length)
                .put(content)
                .array();
    }

    /** The live run is not told to those who could end it; logs are followed until it ends. */
    private List<String> known(Method method) {
        if (method.name().contains("Abort") || method.name().contains("TailLogs")) {
            return known;
        }
        List<String> more = new ArrayList<>(known);
        more.add(runs.live());
        return more;
    }

    /** A request that asks for something that is there, for most of the methods that only look. */
    private Message address(Method method, FuzzedMessages messages, Random random) {
        String run = method.name().contains("Abort") || method.name().contains("TailLogs")
                ? runs.aborted()
                : List.of(runs.live(), runs.aborted(), runs.ended()).get(random.nextInt(3));
        DynamicMessage.Builder builder = method.request().toBuilder();
        method.request().getDescriptorForType().getFields().forEach(field -> {
            switch (field.getName()) {
                case "run_id" -> builder.setField(field, FlyteRequests.run(run));
                case "action_id", "parent_action_id" -> builder.setField(field, FlyteRequests.action(run, "a0"));
                case "project_id" -> builder.setField(field, FlyteRequests.project());
                case "task_id" -> builder.setField(field, FlyteRequests.task());
                case "attempt" -> builder.setField(field, 1);
                default -> {}
            }
        });
        return builder.build();
    }

    /** What the door takes that is no Connect call. */
    RawRequest nextPlain(Random random) {
        return switch (random.nextInt(3)) {
            case 0 ->
                new RawRequest("PUT", "/flyte/uploads" + query(random), "", bytes(random), random.nextInt(60) == 0);
            case 1 -> {
                byte[] body = zip(random);
                yield new RawRequest(
                        "POST",
                        "/flyte/images?name=" + (random.nextInt(3) == 0 ? one(NASTY, random) : "x"),
                        "application/zip",
                        body,
                        random.nextInt(60) == 0);
            }
            default ->
                new RawRequest(
                        "GET",
                        "/v2/domain/" + segment(random) + "/project/" + segment(random) + "/runs/" + segment(random),
                        "",
                        new byte[0],
                        false);
        };
    }

    private String segment(Random random) {
        return random.nextBoolean() ? runs.ended() : one(NASTY, random);
    }

    private static String query(Random random) {
        StringBuilder query = new StringBuilder("?");
        for (String name : List.of("file", "md5", "expires", "signature")) {
            if (random.nextInt(6) > 0) {
                String usual = name.equals("expires") ? "99999999999" : "YWJj";
                query.append(name)
                        .append('=')
                        .append(random.nextInt(3) == 0 ? one(NASTY, random) : usual)
                        .append('&');
            }
        }
        return query.toString();
    }

    private static byte[] zip(Random random) {
        FuzzedMessages messages = new FuzzedMessages(random, List.of("requirements.txt", "3.12", "numpy"));
        ImageSpec spec = ImageSpec.newBuilder()
                .setPythonVersion("3.12")
                .addLayers(Layer.newBuilder()
                        .setPipPackages(PipPackages.newBuilder().addPackages("numpy")))
                .addLayers(Layer.newBuilder()
                        .setRequirements(Requirements.newBuilder().setFile("requirements.txt")))
                .build();
        byte[] bytes = switch (random.nextInt(4)) {
            case 0 -> bytes(random);
            case 1 -> messages.random(spec).toByteArray();
            default -> messages.changed(spec).toByteArray();
        };
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            entry(zip, random.nextInt(10) == 0 ? "../spec.pb" : "spec.pb", bytes);
            entry(zip, "requirements.txt", bytes(random));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return damaged(packed.toByteArray(), random);
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] damaged(byte[] zip, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> {
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    zip[random.nextInt(zip.length)] = (byte) random.nextInt();
                }
                return zip;
            }
            case 1 -> {
                return Arrays.copyOf(zip, random.nextInt(zip.length));
            }
            default -> {
                return zip;
            }
        }
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(2_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String one(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
