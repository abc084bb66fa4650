package seatlock.embedded;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** The home directory, or a file in it, cannot be used. The message names the file and says what an operator can do. */
public class UnusableHome extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableHome(String message) {
        super(message);
    }

    private UnusableHome(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Explains why a file could not be read or written.
     *
     * @param file the file, unless the exception names another one
     */
    static UnusableHome because(Path file, IOException e) {
        var named = e instanceof FileSystemException f && f.getFile() != null ? f.getFile() : file.toString();
        var reason = reason(e);
        return new UnusableHome("Cannot use " + named + ": " + reason + ". " + remedy(reason, file), e);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "Not a directory";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "Is a directory";
        }
        if (e instanceof ClosedByInterruptException) {
            return "Stopped during the start";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /**
     * Says what an operator can do.
     *
     * @param reason as the operating system or PostgreSQL words it
     * @param path the file or directory that the reason is about
     */
    static String remedy(String reason, Path path) {
        if (reason.contains("shared memory")) {
            return "PostgreSQL needs more shared memory: enlarge /dev/shm (for a container, --shm-size=256m).";
        }
        if (isFull(reason)) {
            return "The disk is full. Free some space and start again.";
        }
        if (isAboutDisk(reason)) {
            return "Make the file system writable, or set SEATLOCK_HOME to a directory that is.";
        }
        if (reason.contains("invalid permissions")) {
            return "Nobody else may have access. Run `chmod -R go-rwx " + path + "` and start again.";
        }
        if (reason.contains("ermission denied") || reason.contains("wrong ownership")) {
            return isReadOnly(path)
                    ? path + " is read-only. Run `chmod u+rwx " + path + "`, or set SEATLOCK_HOME to another directory."
                    : "Make it belong to the user that runs Seatlock: `chown -R " + System.getProperty("user.name")
                            + " " + path + "`.";
        }
        if (reason.contains("Not a directory") || reason.contains("Is a directory")) {
            return "Move it away, or set SEATLOCK_HOME to another directory.";
        }
        return "Restore SEATLOCK_HOME from a backup, or set it to another directory.";
    }

    /** Returns whether a reason says that the disk is full or read-only. */
    static boolean isAboutDisk(String reason) {
        return isFull(reason) || reason.contains("Read-only");
    }

    private static boolean isFull(String reason) {
        return reason.contains("No space left") || reason.contains("quota");
    }

    /** Returns whether this user owns a directory in which even its owner may not create files. */
    private static boolean isReadOnly(Path directory) {
        try {
            return Files.isDirectory(directory)
                    && Files.getOwner(directory).getName().equals(System.getProperty("user.name"))
                    && !Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OWNER_WRITE);
        } catch (IOException e) {
            return false;
        }
    }
}
