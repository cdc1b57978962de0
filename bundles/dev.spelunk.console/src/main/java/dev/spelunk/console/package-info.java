// SPDX-License-Identifier: Apache-2.0
/** The console in the browser: pages on a machine, beside those of Apache Felix's Web Console on its bundles. */
package dev.spelunk.console;
