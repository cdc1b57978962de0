// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

/** The driver has made something of a virtqueue that no device can follow: it needs a reset. */
final class MalformedQueueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedQueueException(String what) {
        super(what, null, false, false);
    }
}
