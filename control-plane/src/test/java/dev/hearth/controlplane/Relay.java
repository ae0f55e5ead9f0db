package dev.hearth.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An address behind which a server can be replaced, and whose connections can be made to lead nowhere. */
public final class Relay implements AutoCloseable {
    private final ServerSocket address;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int server;
    private volatile int swallowed;

    private Relay(ServerSocket address, int server) {
        this.address = address;
        this.server = server;
        Thread.startVirtualThread(this::accept);
    }

    /** @param port where it listens; 0 = any */
    public static Relay at(int port, int server) throws IOException {
        return new Relay(new ServerSocket(port, 50, InetAddress.getLoopbackAddress()), server);
    }

    public int port() {
        return address.getLocalPort();
    }

    /** New connections lead there; those that are open stay as they are. */
    public void leadTo(int port) {
        server = port;
    }

    /** What is sent over the connections that are open now vanishes, and nothing says so. */
    public void swallow() {
        swallowed++;
    }

    private void accept() {
        while (!address.isClosed()) {
            try {
                Socket here = address.accept();
                open.add(here);
                connect(here);
            } catch (IOException e) {
                // Closed: the test is over.
            }
        }
    }

    private void connect(Socket here) {
        try {
            Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
            open.add(there);
            int since = swallowed;
            Thread.startVirtualThread(() -> copy(here, there, since));
            Thread.startVirtualThread(() -> copy(there, here, since));
        } catch (IOException e) {
            close(here);
        }
    }

    private void copy(Socket from, Socket to, int since) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (since == swallowed) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // One side has closed, and so both are.
        }
        if (since == swallowed) {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    @Override
    public void close() throws IOException {
        address.close();
        open.forEach(this::close);
    }
}
