// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import org.osgi.framework.Bundle;

/**
 * One service that can become a part of a machine.
 *
 * @param service the service object
 * @param part its {@code spelunk.part}, empty when it states none
 * @param name its {@code spelunk.name}
 * @param bundle the bundle that publishes it
 * @param id its service.id, which orders offers of the same name
 */
record Offer(Object service, String part, String name, Bundle bundle, long id) {
}
