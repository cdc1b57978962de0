// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi.inside;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Runs the tests of this bundle inside the framework; publishes itself under a type that outside has too. */
public final class Runner implements BundleActivator, Callable<List<String>> {
    private static final Logger EXTENSION_CONTEXT =
            Logger.getLogger("org.junit.jupiter.engine.descriptor.AbstractExtensionContext");

    private Class<?> cases = BundleAloneCases.class;

    @Override
    public void start(BundleContext context) {
        cases = PartAloneCases.NAME.equals(context.getProperty("spelunk.test.cases"))
                ? PartAloneCases.class
                : BundleAloneCases.class;
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("spelunk.test", "true");
        context.registerService(Callable.class, this, properties);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework withdraws the service.
    }

    @Override
    public List<String> call() {
        // osgi-test 1.3.0 was made for a JUnit that did not yet want AutoCloseable beside CloseableResource.
        EXTENSION_CONTEXT.setLevel(Level.SEVERE);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // JUnit looks for its extensions through the context class loader; the outer test's has another JUnit.
        thread.setContextClassLoader(Runner.class.getClassLoader());
        try {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create(LauncherConfig.builder()
                            .enableTestEngineAutoRegistration(false)
                            .enableLauncherSessionListenerAutoRegistration(false)
                            .enableLauncherDiscoveryListenerAutoRegistration(false)
                            .enablePostDiscoveryFilterAutoRegistration(false)
                            .enableTestExecutionListenerAutoRegistration(false)
                            .addTestEngines(new JupiterTestEngine())
                            .build())
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(DiscoverySelectors.selectClass(cases))
                                    .build(),
                            listener);
            TestExecutionSummary summary = listener.getSummary();
            List<String> result = new ArrayList<>();
            result.add(Long.toString(summary.getTestsStartedCount()));
            summary.getFailures()
                    .forEach(failure ->
                            result.add(failure.getTestIdentifier().getDisplayName() + ": " + failure.getException()));
            return result;
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
