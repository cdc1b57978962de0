// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Configurations of the SPU: the defaults, with some keys changed. */
final class TestConfig {
    private TestConfig() {}

    static SamplingUnitComponent.Config of(Map<String, Object> changed) {
        return (SamplingUnitComponent.Config) Proxy.newProxyInstance(
                TestConfig.class.getClassLoader(),
                new Class<?>[] {SamplingUnitComponent.Config.class},
                (proxy, method, arguments) -> changed.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    static SamplingUnitComponent.Config defaults() {
        return of(Map.of());
    }
}
