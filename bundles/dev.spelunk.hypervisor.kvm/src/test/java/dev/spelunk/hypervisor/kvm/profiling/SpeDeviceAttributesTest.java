// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Attribute;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Attributes;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Error;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.RefusedException;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Vm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Device attributes of a vCPU's SPE: what is accepted, and each error. */
class SpeDeviceAttributesTest {
    private static final Vm GOOD = new Vm(2, 1, true, true, true, Series.V6);

    private static Attributes of(Vm vm) {
        return new SpeDeviceAttributes().create(vm);
    }

    private static void refused(Attributes attributes, int vcpu, Attribute attribute, long value, Error error) {
        RefusedException e = catchThrowableOfType(RefusedException.class, () -> attributes.set(vcpu, attribute, value));
        assertThat(e).as("%s = %d", attribute, value).isNotNull();
        assertThat(e.error()).isEqualTo(error);
        assertThat(e).hasMessageStartingWith(error.name());
    }

    @Test
    void everythingThatIsSetIsComplete() throws RefusedException {
        Attributes attributes = of(GOOD);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            attributes.set(vcpu, Attribute.IRQ, 22);
            attributes.set(vcpu, Attribute.SPU, 0);
            attributes.set(vcpu, Attribute.MAX_BUFFER_SIZE, 0x200000);
            attributes.set(vcpu, Attribute.INIT, 0);
        }
        assertThat(attributes.complete()).isEqualTo(new ProfilingAttributes(22, 0, 0x200000));
    }

    @ParameterizedTest
    @CsvSource({
        "IRQ, 15, EINVAL",
        "IRQ, 32, EINVAL",
        "IRQ, -1, EINVAL",
        "SPU, 1, ENXIO",
        "SPU, -1, ENXIO",
        "MAX_BUFFER_SIZE, 4097, EDOM",
        "MAX_BUFFER_SIZE, 8396800, EDOM",
        "INIT, 0, ENXIO"
    })
    void valuesThatCannotBe(Attribute attribute, long value, Error error) {
        refused(of(GOOD), 0, attribute, value, error);
    }

    @Test
    void errorsOfTheVm() throws RefusedException {
        refused(of(new Vm(1, 0, true, true, true, Series.V6)), 0, Attribute.IRQ, 21, Error.ENODEV);
        refused(of(new Vm(1, 1, false, false, true, Series.V6)), 0, Attribute.IRQ, 21, Error.EINVAL);
        refused(of(new Vm(1, 1, true, true, false, Series.V6)), 0, Attribute.MAX_BUFFER_SIZE, 4096, Error.ENXIO);
        refused(of(GOOD), 2, Attribute.IRQ, 21, Error.EINVAL);
        Attributes early = of(new Vm(1, 1, true, false, true, Series.V6));
        early.set(0, Attribute.IRQ, 21);
        refused(early, 0, Attribute.INIT, 0, Error.ENXIO);
    }

    @Test
    void errorsOfTheOrder() throws RefusedException {
        Attributes attributes = of(GOOD);
        attributes.set(0, Attribute.IRQ, 21);
        refused(attributes, 0, Attribute.IRQ, 21, Error.EBUSY);
        refused(attributes, 1, Attribute.IRQ, 22, Error.EINVAL);
        attributes.set(0, Attribute.MAX_BUFFER_SIZE, 4096);
        refused(attributes, 1, Attribute.MAX_BUFFER_SIZE, 8192, Error.EINVAL);
        attributes.set(0, Attribute.INIT, 0);
        refused(attributes, 0, Attribute.INIT, 0, Error.EBUSY);
        attributes.set(1, Attribute.IRQ, 21);
        refused(attributes, 1, Attribute.INIT, 0, Error.EINVAL);
        attributes.ran();
        refused(attributes, 1, Attribute.MAX_BUFFER_SIZE, 4096, Error.EBUSY);
    }

    @Test
    void theInterruptOfAnotherDeviceExists() throws RefusedException {
        Attributes attributes = of(GOOD);
        attributes.set(0, Attribute.IRQ, 27);
        refused(attributes, 0, Attribute.INIT, 0, Error.EEXIST);
        assertThatCode(() -> attributes.set(0, Attribute.SPU, 0)).doesNotThrowAnyException();
    }

    @Test
    void seriesV7HasAFeatureAndNoMaximum() throws RefusedException {
        Attributes attributes = of(new Vm(2, 1, true, true, false, Series.V7));
        refused(attributes, 0, Attribute.IRQ, 21, Error.ENODEV);
        refused(attributes, 0, Attribute.FEATURE, 2, Error.EINVAL);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            attributes.set(vcpu, Attribute.FEATURE, 1);
            attributes.set(vcpu, Attribute.IRQ, 22);
            refused(attributes, vcpu, Attribute.MAX_BUFFER_SIZE, 4096, Error.ENXIO);
            attributes.set(vcpu, Attribute.INIT, 0);
        }
        refused(attributes, 0, Attribute.FEATURE, 0, Error.EBUSY);
        assertThat(attributes.complete()).isEqualTo(new ProfilingAttributes(22, 0, 0));
        refused(of(GOOD), 0, Attribute.FEATURE, 1, Error.ENXIO);
    }
}
