package dev.hearth.controlplane.problem;

import dev.hearth.controlplane.outage.BadSession;
import dev.hearth.controlplane.outage.Trouble;
import dev.hearth.controlplane.storage.StorageException;
import dev.hearth.model.InvalidSpecException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;

/** Says what a failure of a call means to its caller, however the call came in. */
public final class KnownFailures {
    private static final Logger log = LoggerFactory.getLogger(KnownFailures.class);
    private static final Trouble database = new Trouble(log, "The database could not serve a request");
    private static final Trouble blobStore = new Trouble(log, "The blob store could not serve a request");

    private KnownFailures() {}

    /** Null for what nobody foresaw. */
    public static @Nullable ProblemException problem(Exception failure) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case InvalidSpecException invalid -> ProblemException.invalid(invalid.violations());
            // Away, or out of connections: the call may be repeated.
            case DataAccessResourceFailureException away -> withoutDatabase(away);
            case CannotCreateTransactionException away -> withoutDatabase(away);
            case TransientDataAccessException away -> withoutDatabase(away);
            case StorageException full -> withoutStore(full);
            default -> BadSession.isBehind(failure) ? withoutDatabase(failure) : null;
        };
    }

    private static ProblemException withoutDatabase(Exception cause) {
        database.failed(cause.toString());
        return unavailable("database");
    }

    private static ProblemException withoutStore(StorageException cause) {
        blobStore.failed(String.valueOf(cause.getMessage()));
        return unavailable("blob store");
    }

    private static ProblemException unavailable(String who) {
        return new ProblemException(
                HttpStatus.SERVICE_UNAVAILABLE,
                "Unavailable",
                "The " + who + " cannot serve this now. Try again in a moment.",
                List.of());
    }
}
