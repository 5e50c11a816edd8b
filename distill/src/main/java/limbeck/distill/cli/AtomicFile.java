package limbeck.distill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that are either whole or not there: under a name of their own first, then moved into place. */
final class AtomicFile {
    /** What puts the content into a file. */
    @FunctionalInterface
    interface Writer {
        /** Writes the whole file. */
        void write(Path file) throws IOException;
    }

    private AtomicFile() {
    }

    /**
     * Writes text as UTF-8.
     *
     * @throws UncheckedIOException in one sentence, if it cannot be written; what was there before is left
     */
    static void write(Path target, String text) {
        write(target, file -> Files.writeString(file, text, StandardCharsets.UTF_8));
    }

    /**
     * Writes a file.
     *
     * @throws UncheckedIOException in one sentence, if it cannot be written; what was there before is left
     */
    static void write(Path target, Writer content) {
        Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
        try {
            try {
                content.write(temporary);
                move(temporary, target);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written (" + reason(e) + ")", e);
        }
    }

    /** Gives a file another name, in the place of what has it. */
    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What is wrong, where the exception's message is a mere path. */
    static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException _ -> "access denied";
            case java.nio.file.NoSuchFileException _ -> "no such file";
            case java.nio.file.FileAlreadyExistsException _ -> "there is a file of that name";
            case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : Text.oneLine(e.getMessage());
        };
    }
}
