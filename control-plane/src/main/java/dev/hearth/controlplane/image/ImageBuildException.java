package dev.hearth.controlplane.image;

/** A virtual environment could not be made; the message is for people and ends with the last that pip has said. */
public final class ImageBuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImageBuildException(String message) {
        super(message);
    }

    ImageBuildException(String message, Throwable cause) {
        super(message, cause);
    }
}
