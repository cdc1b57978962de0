// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.osgi.framework.Bundle;

/**
 * A bundle of the framework.
 *
 * @param file where it was installed from
 * @param time when that file had been written
 * @param bundle the bundle
 */
record Installed(Path file, FileTime time, Bundle bundle) {}
