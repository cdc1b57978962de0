// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** Holds decoded code of some pages and must hear of writes to them. */
public interface CodeHolder {
    /** Bytes that were marked as code have been written: drop what was decoded from them. */
    void codeWritten(long pa, int size);

    /** The page (4 KiB) at pa holds code from now on: no host-speed write path may reach it. */
    void pageBecameCode(long pa);
}
