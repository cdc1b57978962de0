// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Publishes the translator: the interpreter, and bytecode of what is hot. It executes what the interpreter executes, so
 * what the bundle says of features holds for both.
 */
@Component(
        configurationPid = TranslatorComponent.PID,
        property = {Parts.PART + "=" + Parts.PE, Parts.NAME + "=translator"})
public final class TranslatorComponent implements ProcessingElement {
    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.pe.translator";

    /** Configuration. */
    @interface Config {
        /** {@code hot}: what runs often, in the background; {@code all}: everything before it runs, for tests. */
        String translate() default "hot";
    }

    private final RegionTranslator translator;

    @Activate
    public TranslatorComponent(Config config) {
        if (!config.translate().equals("hot") && !config.translate().equals("all")) {
            throw new BadInputException(PID + ": translate must be hot or all, is " + config.translate());
        }
        translator = new RegionTranslator(config.translate().equals("all"));
    }

    @Override
    public Core create(PeContext context) {
        return new InterpreterCore(context, translator);
    }
}
