package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.ConnectService;
import dev.hearth.controlplane.flyte.connect.Methods;
import flyteidl2.auth.GetOAuth2MetadataRequest;
import flyteidl2.auth.GetOAuth2MetadataResponse;
import flyteidl2.auth.GetPublicClientConfigRequest;
import flyteidl2.auth.GetPublicClientConfigResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** {@code flyteidl2.auth.AuthMetadataService}: tells the SDK where to exchange its secret for a token: at {@link FlyteTokens}. */
@Component
final class FlyteLogin implements ConnectService {
    @Override
    public String name() {
        return "flyteidl2.auth.AuthMetadataService";
    }

    @Override
    public void bind(Methods methods) {
        methods.unary("GetOAuth2Metadata", GetOAuth2MetadataRequest.getDefaultInstance(), this::metadata);
        methods.unary("GetPublicClientConfig", GetPublicClientConfigRequest.getDefaultInstance(), this::client);
    }

    private GetOAuth2MetadataResponse metadata(GetOAuth2MetadataRequest request) {
        String base =
                ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
        return GetOAuth2MetadataResponse.newBuilder()
                .setIssuer(base)
                .setTokenEndpoint(base + FlyteTokens.PATH)
                .addTokenEndpointAuthMethodsSupported("client_secret_basic")
                .addGrantTypesSupported(FlyteTokens.GRANT)
                .build();
    }

    private GetPublicClientConfigResponse client(GetPublicClientConfigRequest request) {
        return GetPublicClientConfigResponse.newBuilder()
                .setClientId("hearth")
                .setAuthorizationMetadataKey("authorization")
                .build();
    }
}
