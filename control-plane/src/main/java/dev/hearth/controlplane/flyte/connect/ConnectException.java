package dev.hearth.controlplane.flyte.connect;

/** A call cannot be served, for a reason that its sender should read. */
public final class ConnectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Code code;

    /** @param message what happened and what to do next, as a sentence */
    public ConnectException(Code code, String message) {
        super(message);
        this.code = code;
    }

    static ConnectException invalid(String message) {
        return new ConnectException(Code.INVALID_ARGUMENT, message);
    }

    public Code code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
