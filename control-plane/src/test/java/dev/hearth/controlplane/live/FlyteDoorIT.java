package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import flyteidl2.actions.AbortRequest;
import flyteidl2.actions.EnqueueRequest;
import flyteidl2.actions.WatchForUpdatesRequest;
import flyteidl2.common.Filter;
import flyteidl2.common.ListRequest;
import flyteidl2.common.Relation;
import flyteidl2.common.RelationType;
import flyteidl2.core.Identity;
import flyteidl2.core.KeyValuePair;
import flyteidl2.core.ReusePolicy;
import flyteidl2.core.SecurityContext;
import flyteidl2.core.TaskTemplate;
import flyteidl2.dataproxy.CreateUploadLocationRequest;
import flyteidl2.dataproxy.GetActionDataRequest;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.ImageIdentifier;
import flyteidl2.imagebuilder.ImageSpec;
import flyteidl2.task.Annotations;
import flyteidl2.task.CacheConfig;
import flyteidl2.task.CacheLookupScope;
import flyteidl2.task.DeployTaskRequest;
import flyteidl2.task.GetTaskDetailsRequest;
import flyteidl2.task.InlineRuleList;
import flyteidl2.task.Labels;
import flyteidl2.task.ListTasksRequest;
import flyteidl2.task.Recover;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import flyteidl2.workflow.AbortRunRequest;
import flyteidl2.workflow.ConditionAction;
import flyteidl2.workflow.CreateRunRequest;
import flyteidl2.workflow.GetActionDataURIsRequest;
import flyteidl2.workflow.ListActionsRequest;
import flyteidl2.workflow.ListRunsRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a careless client or a malicious one sends to the Flyte door is refused with a sentence, and leaves nothing behind. */
@Tag("beside-others")
class FlyteDoorIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String RUNS = "flyteidl2.workflow.RunService/";
    private static final String ACTIONS = "flyteidl2.actions.ActionsService/";
    private static final String TASKS = "flyteidl2.task.TaskService/";
    private static final String DATA = "flyteidl2.dataproxy.DataProxyService/";
    private static final String LIVE = "rdoor";
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static PlayedRoot root;

    @BeforeAll
    static void start() throws Exception {
        server = new LiveServer(folder.resolve("home")).withoutPython().with("HEARTH_FLYTE_MAXUPLOAD", "20MB");
        server.start();
        CreateRunRequest.Builder live = FlyteRequests.create(LIVE).toBuilder();
        live.getTaskSpecBuilder().getEnvironmentBuilder().setName("live-flyte");
        assertThat(code(RUNS + "CreateRun", live.build())).isEqualTo("ok");
        root = PlayedRoot.of(server, "live-flyte");
    }

    @AfterAll
    static void stop() {
        if (root != null) {
            root.close();
        }
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "a/b", "../../../tmp/x", "a\0b", " ", "-x", "\uD83D\uDE00"})
    void aNameThatIsNoNameOfAFolderIsRefused(String name) {
        assertThat(code(RUNS + "CreateRun", FlyteRequests.create(name))).isEqualTo("invalid_argument");
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue(LIVE, name))).isEqualTo("invalid_argument");
        for (String field : List.of("project", "domain")) {
            CreateRunRequest.Builder elsewhere = FlyteRequests.create("relsewhere").toBuilder();
            elsewhere
                    .getRunIdBuilder()
                    .setField(elsewhere.getRunId().getDescriptorForType().findFieldByName(field), name);
            assertThat(code(RUNS + "CreateRun", elsewhere.build())).as(field).isEqualTo("invalid_argument");
        }
    }

    @Test
    void namesAreAsLongAsAnIndexCanHold() {
        String longName = "x".repeat(3_000);
        assertThat(code(RUNS + "CreateRun", FlyteRequests.create(longName))).isEqualTo("invalid_argument");
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue(LIVE, longName)))
                .isEqualTo("invalid_argument");
        EnqueueRequest.Builder cached = FlyteRequests.enqueue(LIVE, "cached").toBuilder();
        cached.getActionBuilder().getTaskBuilder().getCacheKeyBuilder().setValue(longName);
        assertThat(code(ACTIONS + "Enqueue", cached.build())).isEqualTo("invalid_argument");
        DeployTaskRequest.Builder deploy = FlyteRequests.deploy().toBuilder();
        deploy.getTaskIdBuilder().setVersion(longName);
        deploy.getSpecBuilder().getTaskTemplateBuilder().getIdBuilder().setVersion(longName);
        assertThat(code(TASKS + "DeployTask", deploy.build())).isEqualTo("invalid_argument");
        assertThat(code(
                        TASKS + "GetTaskDetails",
                        GetTaskDetailsRequest.newBuilder()
                                .setTaskId(FlyteRequests.task().toBuilder()
                                        .setProject("system")
                                        .setName("build-image")
                                        .setDomain(longName))
                                .build()))
                .isEqualTo("invalid_argument");
        assertThat(code(
                        "flyteidl2.imagebuilder.ImageService/GetImage",
                        GetImageRequest.newBuilder()
                                .setId(ImageIdentifier.newBuilder().setName("a\0b"))
                                .build()))
                .isEqualTo("not_found");
    }

    @Test
    void aRunOfAnotherDoorKeepsItsNameAndIsNotListed() {
        server.deployExample("counter", Map.of("replicas", List.of(0, 1)));
        String taken = server.submit("counter", "next", Map.of());
        assertThat(code(RUNS + "CreateRun", FlyteRequests.create(taken))).isEqualTo("already_exists");
        assertThat(call(
                                RUNS + "ListRuns",
                                ListRunsRequest.newBuilder()
                                        .setProjectId(FlyteRequests.project())
                                        .build())
                        .toString())
                .contains(LIVE)
                .doesNotContain(taken);
    }

    @Test
    void whatWouldChangeARunOrItsPlaceIsRefusedByItsName() {
        unserved("recovery", spec -> spec.setRecover(Recover.getDefaultInstance()));
        unserved(
                "recovery",
                spec -> spec.setRelation(Relation.newBuilder().setRelationType(RelationType.RELATION_TYPE_RECOVER)));
        unserved("notifications", spec -> spec.setNotificationRuleName("me"));
        unserved("notifications", spec -> spec.setNotificationRules(InlineRuleList.getDefaultInstance()));
        unserved("queues", spec -> spec.setQueue("fast"));
        unserved(
                "service accounts",
                spec -> spec.setSecurityContext(SecurityContext.newBuilder()
                        .setRunAs(Identity.newBuilder().setK8SServiceAccount("robot"))));
        unserved("run_base_dir", spec -> spec.setRunBaseDir("file:///etc"));
        unserved("max_action_concurrency", spec -> spec.setMaxActionConcurrency(-1));
    }

    private static void unserved(String what, Consumer<RunSpec.Builder> change) {
        CreateRunRequest.Builder create = FlyteRequests.create(null).toBuilder();
        change.accept(create.getRunSpecBuilder());
        JsonNode answer = call(RUNS + "CreateRun", create.build());
        assertThat(answer.path("code").asString("")).isEqualTo("unimplemented");
        assertThat(answer.path("message").asString("")).startsWith("Hearth does not serve " + what);
    }

    @Test
    void whatChangesNeitherTheResultNorThePlaceIsTaken() {
        CreateRunRequest.Builder create = FlyteRequests.create("rlabelled").toBuilder();
        create.getRunSpecBuilder()
                .setLabels(Labels.newBuilder().putValues("team", "blue"))
                .setAnnotations(Annotations.newBuilder().putValues("note", "x"))
                .setInterruptible(BoolValue.of(true))
                .setCacheConfig(
                        CacheConfig.newBuilder().setCacheLookupScope(CacheLookupScope.CACHE_LOOKUP_SCOPE_GLOBAL))
                .setRelation(Relation.newBuilder()
                        .setRelatedTo(FlyteRequests.run(LIVE))
                        .setRelationType(RelationType.RELATION_TYPE_RERUN));
        assertThat(code(RUNS + "CreateRun", create.build())).isEqualTo("ok");
        server.post("/api/v1/runs/rlabelled/cancel", Map.of());
    }

    @Test
    void listsRefuseFiltersThatTheyWouldPassOverAndTokensOfNobody() {
        ListRequest filtered = ListRequest.newBuilder()
                .addFilters(Filter.newBuilder().setField("phase").addValues("SUCCEEDED"))
                .build();
        assertThat(code(RUNS + "ListRuns", runs(filtered))).isEqualTo("unimplemented");
        assertThat(code(
                        RUNS + "ListActions",
                        ListActionsRequest.newBuilder()
                                .setRunId(FlyteRequests.run(LIVE))
                                .setRequest(filtered)
                                .build()))
                .isEqualTo("unimplemented");
        assertThat(code(
                        TASKS + "ListTasks",
                        ListTasksRequest.newBuilder()
                                .setProjectId(FlyteRequests.project())
                                .addKnownFilters(ListTasksRequest.KnownFilter.newBuilder()
                                        .setIsEntrypoint(true))
                                .build()))
                .isEqualTo("unimplemented");
        for (String token : List.of("4294967295", "2147483647", "-1", "x")) {
            assertThat(code(
                            RUNS + "ListRuns",
                            runs(ListRequest.newBuilder().setToken(token).build())))
                    .as(token)
                    .isEqualTo("invalid_argument");
        }
        assertThat(code(
                        RUNS + "ListRuns",
                        runs(ListRequest.newBuilder()
                                .setLimit(-1)
                                .setToken("2147480000")
                                .build())))
                .isEqualTo("ok");
    }

    @Test
    void aCallThatIsTooLongForARowIsShownLikeAnyOther() {
        TaskSpec.Builder spec = FlyteRequests.spec().toBuilder();
        spec.getTaskTemplateBuilder().getContainerBuilder().addArgs("x".repeat(70_000));
        CreateRunRequest create =
                FlyteRequests.create("rlong").toBuilder().setTaskSpec(spec).build();
        assertThat(code(RUNS + "CreateRun", create)).isEqualTo("ok");
        assertThat(call(
                                RUNS + "GetActionDataURIs",
                                GetActionDataURIsRequest.newBuilder()
                                        .setActionId(FlyteRequests.action("rlong", "a0"))
                                        .build())
                        .path("inputsUri")
                        .asString(""))
                .isEqualTo(create.getOffloadedInputData().getUri());
    }

    private static ListRunsRequest runs(ListRequest request) {
        return ListRunsRequest.newBuilder()
                .setProjectId(FlyteRequests.project())
                .setRequest(request)
                .build();
    }

    @Test
    void aChildIsOfARunningParentAndOfItsRunOnly() {
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue(LIVE, "a0"))).isEqualTo("invalid_argument");
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue(LIVE, "child")))
                .isEqualTo("ok");
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue(LIVE, "child")))
                .as("again")
                .isEqualTo("ok");
        EnqueueRequest.Builder ofChild = FlyteRequests.enqueue(LIVE, "grandchild").toBuilder();
        ofChild.getActionBuilder().setParentActionName("child");
        assertThat(code(ACTIONS + "Enqueue", ofChild.build()))
                .as("it has not begun")
                .isEqualTo("aborted");
        EnqueueRequest.Builder queued = FlyteRequests.enqueue(LIVE, "queued").toBuilder();
        queued.getActionBuilder().getTaskBuilder().setQueue("fast");
        assertThat(call(ACTIONS + "Enqueue", queued.build()).path("message").asString(""))
                .contains("does not serve queues");
        EnqueueRequest.Builder condition = FlyteRequests.enqueue(LIVE, "condition").toBuilder();
        condition.getActionBuilder().setCondition(ConditionAction.getDefaultInstance());
        assertThat(code(ACTIONS + "Enqueue", condition.build()))
                .as("of other refusals the SDK thinks that they pass")
                .isEqualTo("invalid_argument");
        AbortRequest abort = AbortRequest.newBuilder()
                .setActionId(FlyteRequests.action(LIVE, "child"))
                .build();
        assertThat(code(ACTIONS + "Abort", abort)).isEqualTo("ok");
        assertThat(code(ACTIONS + "Abort", abort)).as("twice").isEqualTo("ok");
        assertThat(code(
                        ACTIONS + "Abort",
                        AbortRequest.newBuilder()
                                .setActionId(FlyteRequests.action(LIVE, "nobody"))
                                .build()))
                .isEqualTo("not_found");

        assertThat(code(RUNS + "CreateRun", FlyteRequests.create("rover"))).isEqualTo("ok");
        AbortRunRequest over = AbortRunRequest.newBuilder()
                .setRunId(FlyteRequests.run("rover"))
                .build();
        assertThat(code(RUNS + "AbortRun", over)).isEqualTo("ok");
        assertThat(code(RUNS + "AbortRun", over)).as("twice").isEqualTo("ok");
        assertThat(code(ACTIONS + "Enqueue", FlyteRequests.enqueue("rover", "late")))
                .isEqualTo("aborted");
    }

    @Test
    void aParentOfAHundredThousandChildrenIsWatchedInTheMemoryThatThereIs() throws Exception {
        assertThat(code(RUNS + "CreateRun", FlyteRequests.create("rmany"))).isEqualTo("ok");
        PlayedReplica.database(server).sql("""
                INSERT INTO action (run, name, parent, environment, version_id, task, pool_id, phase, created_at, available_at,
                                    input, input_type, ended_at, output, output_type, parent_attempt)
                SELECT run, 'child' || n, 'a0', environment, version_id, task, pool_id, 'SUCCEEDED', now(), now(),
                       input, input_type, now(), '{"outputsUri":"file:///x"}',
                       'application/vnd.hearth.flyte-result+json', 0
                FROM action, generate_series(1, 100000) n WHERE run = 'rmany' AND name = 'a0'
                """).update();
        // So that the watch ends when it has told all.
        server.post("/api/v1/runs/rmany/cancel", Map.of());
        byte[] request = WatchForUpdatesRequest.newBuilder()
                .setParentActionId(FlyteRequests.action("rmany", "a0"))
                .build()
                .toByteArray();
        HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + server.port() + "/" + ACTIONS + "WatchForUpdates"))
                                .header("Content-Type", "application/connect+proto")
                                .POST(BodyPublishers.ofByteArray(FuzzedFlyteCalls.framed(request)))
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(messages(answer.body())).as("each child, and the mark").isEqualTo(100_001);
    }

    private static int messages(byte[] stream) {
        ByteBuffer frames = ByteBuffer.wrap(stream);
        int messages = 0;
        while (frames.get() == 0) {
            frames.position(frames.position() + 4 + frames.getInt(frames.position()));
            messages++;
        }
        return messages;
    }

    @Test
    void aTaskIsDeployedAsWhatItIsAndNotInPlaceOfTheServersOwn() {
        DeployTaskRequest.Builder other = FlyteRequests.deploy().toBuilder();
        other.getTaskIdBuilder().setName("env.other");
        assertThat(call(TASKS + "DeployTask", other.build()).path("message").asString(""))
                .contains("task_id is env.other in version 1, its spec is of env.task in version 1");
        DeployTaskRequest.Builder builder = FlyteRequests.deploy().toBuilder();
        builder.getTaskIdBuilder().setProject("system").setName("build-image");
        builder.getSpecBuilder().getTaskTemplateBuilder().getIdBuilder().setName("build-image");
        assertThat(code(TASKS + "DeployTask", builder.build())).isEqualTo("invalid_argument");
    }

    static Stream<TaskSpec> policiesThatAreNone() {
        return Stream.of(
                        policy(-1, 1, 1, 60),
                        policy(0, 0, 1, 60),
                        policy(5, 1, 1, 60),
                        policy(0, -1, 1, 60),
                        policy(0, 1, 0, 60),
                        policy(0, 1, -1, 60),
                        policy(0, 1_000_000, 1, 60),
                        policy(0, 1, 1_000_000, 60),
                        policy(0, 1, 1, -1),
                        policy(0, 1, 1, 0),
                        policy(0, 1, 1, 315_576_000_000L),
                        policy(0, 1, 1, Long.MAX_VALUE))
                .flatMap(policy -> Stream.of(spec(task -> task.setReusePolicy(policy)), spec(older(policy))));
    }

    @ParameterizedTest
    @MethodSource("policiesThatAreNone")
    void aPolicyThatIsNoneIsRefusedWhereverItComes(TaskSpec spec) {
        CreateRunRequest create =
                FlyteRequests.create(null).toBuilder().setTaskSpec(spec).build();
        EnqueueRequest.Builder enqueue = FlyteRequests.enqueue(LIVE, "policy").toBuilder();
        enqueue.getActionBuilder().getTaskBuilder().setSpec(spec);
        DeployTaskRequest deploy =
                FlyteRequests.deploy().toBuilder().setSpec(spec).build();
        assertThat(bytes(RUNS + "CreateRun", create)).contains("\"invalid_argument\"");
        assertThat(bytes(ACTIONS + "Enqueue", enqueue.build())).contains("\"invalid_argument\"");
        assertThat(bytes(TASKS + "DeployTask", deploy)).contains("\"invalid_argument\"");
    }

    private static ReusePolicy policy(int least, int most, int slots, long seconds) {
        return ReusePolicy.newBuilder()
                .setMinReplicas(least)
                .setMaxReplicas(most)
                .setConcurrency(slots)
                .setIdleTtl(Duration.newBuilder().setSeconds(seconds))
                .build();
    }

    private static Consumer<TaskTemplate.Builder> older(ReusePolicy policy) {
        Struct spec = Struct.newBuilder()
                .putFields("min_replica_count", number(policy.getMinReplicas()))
                .putFields("replica_count", number(policy.getMaxReplicas()))
                .putFields("parallelism", number(policy.getConcurrency()))
                .putFields("ttl_seconds", number(policy.getIdleTtl().getSeconds()))
                .build();
        return task -> task.clearReusePolicy()
                .setType("actor")
                .setCustom(Struct.newBuilder()
                        .putFields(
                                "spec", Value.newBuilder().setStructValue(spec).build()));
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static TaskSpec spec(Consumer<TaskTemplate.Builder> change) {
        TaskSpec.Builder spec = FlyteRequests.spec().toBuilder();
        change.accept(spec.getTaskTemplateBuilder());
        return spec.build();
    }

    @Test
    void variablesThatNoProcessCouldHaveAreRefused() {
        for (KeyValuePair pair : List.of(
                pair("", "x"), pair("A=B", "x"), pair("A\0", "x"), pair("A", "\0"), pair("HEARTH_TOKEN", "x"))) {
            CreateRunRequest.Builder create = FlyteRequests.create(null).toBuilder();
            create.getRunSpecBuilder().getEnvsBuilder().addValues(pair);
            assertThat(code(RUNS + "CreateRun", create.build()))
                    .as(pair.toString())
                    .isEqualTo("invalid_argument");
        }
    }

    private static KeyValuePair pair(String name, String value) {
        return KeyValuePair.newBuilder().setKey(name).setValue(value).build();
    }

    @Test
    void filesThatAreNotTheDoorsAreNotReadAndNotWritten() {
        EnqueueRequest.Builder trace = FlyteRequests.trace(LIVE, "thief").toBuilder();
        trace.getActionBuilder().setInputUri("file:///etc/passwd");
        trace.getActionBuilder().getTraceBuilder().getOutputsBuilder().setOutputUri("file:///etc/passwd");
        assertThat(code(ACTIONS + "Enqueue", trace.build())).isEqualTo("ok");
        assertThat(call(
                                DATA + "GetActionData",
                                GetActionDataRequest.newBuilder()
                                        .setActionId(FlyteRequests.action(LIVE, "thief"))
                                        .build())
                        .toString())
                .doesNotContain("root");
        for (String name : List.of("../../../../../../tmp/x", "/tmp/x", "..", "a\0b")) {
            assertThat(code(
                            DATA + "CreateUploadLocation",
                            FlyteRequests.upload().toBuilder().setFilename(name).build()))
                    .as(name)
                    .isEqualTo("invalid_argument");
            assertThat(code(
                            DATA + "CreateUploadLocation",
                            FlyteRequests.upload().toBuilder()
                                    .setFilenameRoot(name.equals("..") ? "../../.." : name)
                                    .build()))
                    .as(name)
                    .isEqualTo("invalid_argument");
        }
    }

    @Test
    void aFileMayBeAsLargeAsTheSettingSaysWhetherItsLengthIsAnnouncedOrNot() throws Exception {
        assertThat(upload(17 * MEGABYTE, true))
                .as("more than other bodies may have")
                .isEqualTo(200);
        assertThat(upload(17 * MEGABYTE, false)).isEqualTo(200);
        assertThat(upload(21 * MEGABYTE, true)).isEqualTo(413);
        assertThat(upload(21 * MEGABYTE, false)).isEqualTo(413);
    }

    @Test
    void anImageThatOnlyAContainerCanHaveIsRefused() {
        CreateRunRequest.Builder create = FlyteRequests.create(null).toBuilder();
        create.getTaskSpecBuilder()
                .getTaskTemplateBuilder()
                .getContainerBuilder()
                .setImage("ghcr.io/me/mine:1.0");
        JsonNode answer = call(RUNS + "CreateRun", create.build());
        assertThat(answer.path("code").asString("")).isEqualTo("invalid_argument");
        assertThat(answer.path("message").asString("")).contains("ghcr.io/me/mine:1.0", "from_debian_base");
    }

    @Test
    void theLinkOfADeployedTaskLeadsToThePages() {
        assertThat(server.exchange("GET", "/v2/domain/development/project/default/tasks/env.task", null, null)
                        .headers()
                        .firstValue("Location"))
                .hasValue("/");
    }

    @Test
    void whatIsSaidOfAnUploadBeforehandIsLookedAt() throws Exception {
        CreateUploadLocationRequest upload = FlyteRequests.upload();
        assertThat(call(
                                DATA + "CreateUploadLocation",
                                upload.toBuilder()
                                        .setContentLength(21 * MEGABYTE)
                                        .build())
                        .path("message")
                        .asString(""))
                .contains("content_length may be at most 20971520 bytes");
        for (long seconds : new long[] {0, -1, 604_801}) {
            assertThat(code(
                            DATA + "CreateUploadLocation",
                            upload.toBuilder()
                                    .setExpiresIn(com.google.protobuf.Duration.newBuilder()
                                            .setSeconds(seconds))
                                    .build()))
                    .isEqualTo("invalid_argument");
        }
        assertThat(put(upload.toBuilder().setFilename("file").build(), new byte[1], true))
                .isEqualTo(200);
        assertThat(put(upload.toBuilder().setFilename("file/beneath").build(), new byte[1], true))
                .as("a file is no folder")
                .isEqualTo(400);
        assertThat(put(upload.toBuilder().setFilename("x".repeat(241)).build(), new byte[1], true))
                .isEqualTo(400);
    }

    private static int upload(int size, boolean announced) throws Exception {
        return put(FlyteRequests.upload(), new byte[size], announced);
    }

    /** Answers 400 if there is no place for it. */
    private static int put(CreateUploadLocationRequest announcement, byte[] content, boolean announced)
            throws Exception {
        CreateUploadLocationRequest request = announcement.toBuilder()
                .setContentMd5(
                        ByteString.copyFrom(MessageDigest.getInstance("MD5").digest(content)))
                .build();
        String address = call(DATA + "CreateUploadLocation", request, "Connect-Timeout-Ms", "9000")
                .path("signedUrl")
                .asString("");
        if (address.isEmpty()) {
            return 400;
        }
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address))
                                .PUT(
                                        announced
                                                ? BodyPublishers.ofByteArray(content)
                                                : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content)))
                                .build(),
                        BodyHandlers.ofString());
        return answer.statusCode();
    }

    @Test
    void anImageThatIsNoZipOrUnpacksToTooMuchIsRefused() throws IOException {
        byte[] spec = ImageSpec.getDefaultInstance().toByteArray();
        assertThat(image("x", new byte[100])).isEqualTo(400);
        assertThat(image("x", new byte[] {'P', 'K', 3, 4, 20, 0, 0, 0})).isEqualTo(400);
        assertThat(image("x".repeat(3_000), zip(1, spec))).isEqualTo(400);
        assertThat(image("", zip(1, spec))).isEqualTo(400);
        assertThat(image("bomb", zip(9, new byte[MEGABYTE]))).isEqualTo(400);
        assertThat(image("many", zip(1_001, spec))).isEqualTo(400);
    }

    private static int image(String name, byte[] zip) {
        return server.exchange("POST", "/flyte/images?name=" + name, zip, Map.of("Content-Type", "application/zip"))
                .statusCode();
    }

    private static byte[] zip(int files, byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            for (int i = 0; i < files; i++) {
                zip.putNextEntry(new ZipEntry(i == 0 ? "spec.pb" : "file" + i));
                zip.write(content);
                zip.closeEntry();
            }
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%7Bx%7D", "a%0d%0aX:%20y", "%22", "a%20b"})
    void theAddressOfARunLeadsToItsPageWhateverItIsCalled(String run) {
        HttpResponse<String> answer =
                server.exchange("GET", "/v2/domain/development/project/default/runs/" + run, null, Map.of());
        assertThat(answer.statusCode()).isLessThan(500);
    }

    private static String code(String procedure, Message request) {
        return call(procedure, request).path("code").asString("ok");
    }

    private static JsonNode call(String procedure, Message request, String... headers) {
        try {
            byte[] json = JsonFormat.printer().print(request).getBytes(StandardCharsets.UTF_8);
            return JSON.readTree(server.exchange(
                            "POST",
                            "/" + procedure,
                            json,
                            headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]))
                    .body());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** Holds also what JSON could not. */
    private static String bytes(String procedure, Message request) {
        return server.exchange(
                        "POST", "/" + procedure, request.toByteArray(), Map.of("Content-Type", "application/proto"))
                .body();
    }
}
