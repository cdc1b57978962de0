// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Makes a path of what a user wrote, or says why it cannot be one. */
public final class PathArgument implements ITypeConverter<Path> {
    /**
     * Makes a path.
     *
     * @param text as the user wrote it
     * @param where what a message begins with; may be empty
     * @throws UserError if the system, or the encoding of the locale, has no such path
     */
    public static Path of(String text, String where) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UserError(where + problem(text));
        }
    }

    /** Why a text is no path here. */
    public static String problem(String text) {
        if (text.indexOf(0) >= 0) {
            return "a path cannot hold the character NUL";
        }
        return "the encoding of this locale, " + System.getProperty("sun.jnu.encoding") + ", cannot hold the path "
                + text + "; set LC_ALL to one that can, as C.UTF-8";
    }

    @Override
    public Path convert(String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(problem(value));
        }
    }
}
