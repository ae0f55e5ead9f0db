package dev.hearth.controlplane.storage;

import java.nio.file.Path;

/** Opens folders and buckets for named files, with the bucket's access that the blob store has. */
public final class FileStores {
    private final StorageSettings settings;
    private final Path home;

    FileStores(StorageSettings settings, Path home) {
        this.settings = settings;
        this.home = home;
    }

    /** Without a bucket: what is beside the blobs is in this data folder. */
    public static FileStores inFolder(Path home) {
        return new FileStores(new StorageSettings(home.resolve("blobs").toString(), null), home);
    }

    /**
     * @param setting that says where, for the message if it is no place
     * @param location a folder, {@code s3://bucket} or {@code s3://bucket/prefix}
     * @throws StorageException if a bucket cannot be used
     */
    public NamedFiles open(String setting, String location) {
        return open(Location.of(setting, location));
    }

    /** A folder of the data folder, or what has this name in the bucket of the blob store, if that is in one. */
    public NamedFiles openBesideBlobs(String name) {
        return open(
                settings.place() instanceof Location.Bucket bucket
                        ? new Location.Bucket(bucket.name(), bucket.prefix() + name + "/")
                        : new Location.Folder(home.resolve(name)));
    }

    private NamedFiles open(Location place) {
        return switch (place) {
            case Location.Folder folder -> new FolderFiles(folder.path());
            case Location.Bucket bucket ->
                new S3Files(
                        StorageConfiguration.client(settings), bucket.name(), bucket.prefix(), home.resolve("uploads"));
        };
    }
}
