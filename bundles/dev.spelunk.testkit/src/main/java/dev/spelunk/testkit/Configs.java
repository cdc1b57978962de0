// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;

/** Typed configurations of components, as Declarative Services make them. */
public final class Configs {
    private Configs() {}

    /** The configuration with the values of its defaults. */
    public static <T> T defaults(Class<T> config) {
        return of(config, Map.of());
    }

    /**
     * The configuration with the values of its defaults, but for some.
     *
     * @param changed values by the name of the method, each of the type that it returns
     * @throws IllegalArgumentException when the configuration has no such key
     */
    public static <T> T of(Class<T> config, Map<String, Object> changed) {
        for (String key : changed.keySet()) {
            if (Arrays.stream(config.getDeclaredMethods())
                    .noneMatch(m -> m.getName().equals(key))) {
                throw new IllegalArgumentException(config.getName() + " has no " + key);
            }
        }
        return config.cast(Proxy.newProxyInstance(
                config.getClassLoader(),
                new Class<?>[] {config},
                (proxy, method, arguments) -> changed.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    /**
     * The component, activated with its default configuration. It has one public constructor, whose only parameter, if
     * any, is its configuration.
     */
    public static <T> T component(Class<T> type) {
        Constructor<?>[] constructors = type.getConstructors();
        if (constructors.length != 1 || constructors[0].getParameterCount() > 1) {
            throw new IllegalArgumentException(type.getName() + " is not made of a configuration alone");
        }
        try {
            return type.cast(
                    constructors[0].getParameterCount() == 0
                            ? constructors[0].newInstance()
                            : constructors[0].newInstance(
                                    defaults(constructors[0].getParameterTypes()[0])));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be activated", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be activated", e);
        }
    }
}
