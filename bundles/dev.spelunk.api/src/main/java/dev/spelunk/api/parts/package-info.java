// SPDX-License-Identifier: Apache-2.0
/** Kinds of parts, and the services by which a machine has parts make their objects. */
@Export
@Version("0.2.0")
package dev.spelunk.api.parts;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
