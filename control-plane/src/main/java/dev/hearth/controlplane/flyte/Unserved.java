package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import flyteidl2.common.ListRequest;
import flyteidl2.common.RelationType;
import flyteidl2.core.SecurityContext;
import flyteidl2.task.RunSpec;

/** Refuses what would change what a run does, or where: it must not be passed over in silence. */
final class Unserved {
    private Unserved() {}

    /** Labels, annotations, interruptible and the scope of cache look-ups change neither. */
    static void refuse(RunSpec spec) {
        refuse(spec.getMaxActionConcurrency() != 0, "max_action_concurrency: give the environment a reuse policy");
        refuse(
                spec.hasRecover() || spec.getRelation().getRelationType() == RelationType.RELATION_TYPE_RECOVER,
                "recovery of an earlier run: start it anew");
        refuse(spec.hasNotificationRules() || spec.hasNotificationRuleName(), "notifications");
        refuse(
                !spec.getQueue().isEmpty() || !spec.getClusterPool().isEmpty(),
                "queues: every action is executed by this server");
        SecurityContext security = spec.getSecurityContext();
        refuse(security.hasRunAs(), "service accounts: local processes run as the user of this server");
        refuse(security.getSecretsCount() > 0, "secrets: give the environment variables");
        refuse(!spec.getRunBaseDir().isEmpty(), "run_base_dir: this server keeps the files of all runs in one place");
    }

    static void refuseFilters(ListRequest request) {
        refuse(
                request.getFiltersCount() > 0 || request.getRawFiltersCount() > 0,
                "filters in lists of runs and actions; project, domain and task name narrow them down");
    }

    private static void refuse(boolean asked, String what) {
        if (asked) {
            throw new ConnectException(Code.UNIMPLEMENTED, "Hearth does not serve " + what);
        }
    }
}
