package dev.hearth.controlplane.flyte;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.flyte.*}.
 *
 * @param files folder of code bundles, inputs and outputs as the SDK keeps them; control planes of one database use the same, and
 *     replicas reach it under the same path
 * @param maxUpload largest file that is taken
 */
@ConfigurationProperties("hearth.flyte")
record FlyteSettings(Path files, @DefaultValue("512MB") DataSize maxUpload) {}
