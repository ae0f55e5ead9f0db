package dev.hearth.controlplane.flyte;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.flyte.*}.
 *
 * @param files where code bundles, inputs and outputs are, as the SDK keeps them: a folder, {@code s3://bucket} or
 *     {@code s3://bucket/prefix}; empty = {@code flyte} in the data folder, or in the bucket of the blob store if that is in one.
 *     Control planes of one database use the same, and replicas reach it under the same address
 * @param maxUpload largest file that is taken
 */
@ConfigurationProperties("hearth.flyte")
record FlyteSettings(
        @DefaultValue("") String files,
        @DefaultValue("512MB") DataSize maxUpload) {}
