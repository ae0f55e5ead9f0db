package dev.hearth.controlplane.image;

import dev.hearth.controlplane.problem.ProblemException;
import java.util.List;
import org.springframework.http.HttpStatus;

/** An image cannot be had on this server; says why, and where it can. */
public final class ImageRefusedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    ImageRefusedException(String detail) {
        super(HttpStatus.BAD_REQUEST, "Image refused", detail, List.of());
    }

    /** It is built on an image that only a container can have. */
    public static ImageRefusedException foreignBase(String base) {
        return new ImageRefusedException("This image is built on " + base
                + ". Replicas of this server are local processes, so an image is a virtual environment: begin with"
                + " flyte.Image.from_debian_base(). Other images work where replicas are Docker containers or Kubernetes"
                + " pods.");
    }

    /**
     * Of these layers a virtual environment cannot be made.
     *
     * @param layers by their names in the image's spec
     */
    public static ImageRefusedException unsupportedLayers(List<String> layers) {
        return new ImageRefusedException("This image has layers that cannot be installed here: "
                + String.join(", ", layers)
                + ". Replicas of this server are local processes, so an image is a virtual environment: layers may be"
                + " pip packages, requirements and environment variables. Other layers work where replicas are Docker"
                + " containers or Kubernetes pods.");
    }
}
