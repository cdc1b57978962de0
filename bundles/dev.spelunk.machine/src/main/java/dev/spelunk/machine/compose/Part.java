// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import org.osgi.framework.ServiceObjects;

/** A service that one machine has started. */
public final class Part {
    public final Offer offer;
    private final Object service;
    private final ServiceObjects<Object> objects;

    Part(Offer offer, Object service, ServiceObjects<Object> objects) {
        this.offer = offer;
        this.service = service;
        this.objects = objects;
    }

    Object service() {
        return service;
    }

    public String name() {
        return offer.name;
    }

    /** Lets go of the service; a component that nobody else uses is deactivated. */
    public void stop() {
        try {
            objects.ungetService(service);
        } catch (IllegalStateException | IllegalArgumentException e) {
            // Its bundle has stopped: the service is withdrawn already.
            return;
        }
    }
}
