package dev.hearth.controlplane.flyte.connect;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import flyteidl2.dataproxy.TailLogsRequest;
import flyteidl2.dataproxy.TailLogsResponse;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.GetImageResponse;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

class ProceduresTest {
    private static final String IMAGES = "flyteidl2.imagebuilder.ImageService";
    private static final GetImageRequest REQUEST = GetImageRequest.getDefaultInstance();

    @Test
    void aMethodThatTheApiDoesNotHaveFailsTheStart() {
        assertThatThrownBy(() -> bind(IMAGES, methods -> unary(methods, "getImage", REQUEST)))
                .hasMessageContaining("no unary method " + IMAGES + "/getImage");
        assertThatThrownBy(() -> bind("flyteidl2.ImageService", methods -> unary(methods, "GetImage", REQUEST)))
                .hasMessageContaining("no unary method flyteidl2.ImageService/GetImage");
    }

    @Test
    void anotherRequestOrKindFailsTheStart() {
        assertThatThrownBy(
                        () -> bind(IMAGES, methods -> unary(methods, "GetImage", TailLogsRequest.getDefaultInstance())))
                .hasMessageContaining("takes flyteidl2.dataproxy.TailLogsRequest");
        assertThatThrownBy(() -> bind(
                        IMAGES,
                        methods -> methods.<GetImageRequest, TailLogsResponse>stream(
                                "GetImage", REQUEST, (request, stream) -> {})))
                .hasMessageContaining("no stream " + IMAGES + "/GetImage");
    }

    @Test
    void bindingTwiceFailsTheStart() {
        assertThatThrownBy(() -> bind(IMAGES, methods -> {
                    unary(methods, "GetImage", REQUEST);
                    unary(methods, "GetImage", REQUEST);
                }))
                .hasMessageContaining("bound twice");
    }

    private static void unary(Methods methods, String method, Message request) {
        methods.unary(method, request, any -> GetImageResponse.getDefaultInstance());
    }

    private static void bind(String name, Consumer<Methods> binding) {
        ConnectService service = new ConnectService() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void bind(Methods methods) {
                binding.accept(methods);
            }
        };
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        beans.addBean("service", service);
        new Procedures(beans.getBeanProvider(ConnectService.class));
    }
}
