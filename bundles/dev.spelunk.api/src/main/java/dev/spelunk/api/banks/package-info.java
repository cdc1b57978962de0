// SPDX-License-Identifier: Apache-2.0
/** Register banks: what parts say of their registers, with the hooks of accesses and the trap controls that registers share. */
@Export
@Version("0.2.0")
package dev.spelunk.api.banks;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
