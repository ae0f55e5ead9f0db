package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import dev.hearth.controlplane.image.PythonImages;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.GetImageResponse;
import flyteidl2.imagebuilder.Image;
import org.springframework.stereotype.Component;

/**
 * {@code flyteidl2.imagebuilder.ImageService}: which images there are. What is not known yet the SDK builds: it runs the task
 * build-image, which {@link ImageBuilds} offers.
 */
@Component
final class FlyteImages implements ConnectService {
    private final PythonImages images;

    FlyteImages(PythonImages images) {
        this.images = images;
    }

    @Override
    public String name() {
        return "flyteidl2.imagebuilder.ImageService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("GetImage", GetImageRequest.getDefaultInstance(), this::get);
    }

    private GetImageResponse get(GetImageRequest request) {
        String name = request.getId().getName();
        if (images.find(name).isEmpty()) {
            throw new ConnectException(Code.NOT_FOUND, "there is no image " + name + " yet");
        }
        return GetImageResponse.newBuilder()
                .setImage(Image.newBuilder().setId(request.getId()).setFqin(name))
                .build();
    }
}
