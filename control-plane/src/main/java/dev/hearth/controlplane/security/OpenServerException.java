package dev.hearth.controlplane.security;

/** The server was told to listen to the network without a token. */
final class OpenServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OpenServerException(String address) {
        super("The server would listen on " + address
                + ", which others can reach, and it has no token: anybody could run code on this machine.");
    }
}
