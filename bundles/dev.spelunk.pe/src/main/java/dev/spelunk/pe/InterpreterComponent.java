// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Component;

/** Publishes the interpreter. */
@Component(property = {Parts.PART + "=" + Parts.PE, Parts.NAME + "=interpreter"})
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_AES", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_AdvSIMD", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_BTI", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_CRC32", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_CSV2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_CSV3", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_DIT", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_DPB", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_DPB2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_DotProd", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_EL2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_EL3", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FCMA", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FHM", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FP", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FP16", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FRINTTS", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FlagM", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FlagM2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_IDST", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_JSCVT", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_LOR", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_LRCPC", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_LRCPC2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_LSE", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PAN", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PAN2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PAuth", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_PMULL", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_RDM", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_RNG", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SB", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SHA1", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SHA256", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SPECRES", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SSBS", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SSBS2", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_UAO", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_VHE", effective = "compose")
public final class InterpreterComponent implements ProcessingElement {
    @Override
    public Core create(PeContext context) {
        return new InterpreterCore(context);
    }
}
