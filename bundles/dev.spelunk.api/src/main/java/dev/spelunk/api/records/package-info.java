// SPDX-License-Identifier: Apache-2.0
@Export
@Version("0.2.0")
package dev.spelunk.api.records;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
