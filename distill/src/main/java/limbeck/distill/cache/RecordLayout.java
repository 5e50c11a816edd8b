package limbeck.distill.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import limbeck.distill.Views;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * What a record holds, which is all that a teacher shows of one example in one view: the logits, then its tapped layers in order of their
 * names.
 *
 * @param format how numbers are written
 * @param parts the logits, then the layers
 */
record RecordLayout(CacheFormat format, List<Part> parts) {
    /**
     * One of the things shown.
     *
     * @param name a layer's path; empty for the logits
     * @param shape of one example, without the batch
     * @param channelsLast whether the channels of a pixel lie together. Losses add up in the order of the memory, so the order decides bits
     */
    record Part(String name, Shape shape, boolean channelsLast) {
        static Part of(String name, Tensor shown) {
            Shape shape = shown.shape();
            boolean last = !shown.layout().isContiguous() && shown.layout().isChannelsLast();
            return new Part(name, shape.without(List.of(0), false), last);
        }

        int count() {
            return shape.intSize();
        }

        /** The numbers of a whole batch in the order in which they are written. */
        float[] values(Tensor shown) {
            return (channelsLast ? shown.permute(0, 2, 3, 1) : shown).toFloats();
        }

        Tensor tensor(float[] values, int examples, Device device) {
            if (!channelsLast) {
                return device.tensor(values, shape.prepend(examples));
            }
            return device.tensor(values, Shape.of(examples, shape.dim(1), shape.dim(2), shape.dim(0))).permute(0, 3, 1, 2);
        }
    }

    /** Checks the format. */
    RecordLayout {
        parts = List.copyOf(parts);
        if (parts.size() > 1 && !format.keepsFeatures()) {
            throw new IllegalArgumentException("cache: " + format + " keeps logits alone, but the losses look at the teacher's "
                    + parts.stream().skip(1).map(Part::name).toList() + "; choose f16 or f32");
        }
    }

    /** The layout for what a teacher showed. */
    static RecordLayout of(CacheFormat format, Views<Tensor> shown) {
        var parts = new ArrayList<Part>();
        parts.add(Part.of("", shown.logits()));
        new TreeMap<>(shown.features()).forEach((name, feature) -> parts.add(Part.of(name, feature)));
        return new RecordLayout(format, parts);
    }

    /** The layout by shapes alone, for its size. */
    static RecordLayout planned(CacheFormat format, Views<Shape> shown) {
        var parts = new ArrayList<Part>();
        parts.add(new Part("", shown.logits(), false));
        new TreeMap<>(shown.features()).forEach((name, shape) -> parts.add(new Part(name, shape, false)));
        return new RecordLayout(format, parts);
    }

    /** The size of a record. */
    int bytes() {
        int bytes = 0;
        for (Part part : parts) {
            bytes = Math.addExact(bytes, format.bytes(part.count()));
        }
        return bytes;
    }

    /** The numbers of a batch, a part after the other. */
    List<float[]> values(Views<Tensor> shown) {
        return parts.stream().map(part -> part.values(part.name().isEmpty() ? shown.logits() : shown.feature(part.name()))).toList();
    }

    /** Whether arrays are long enough. */
    boolean fits(List<float[]> values, int examples) {
        return values.getFirst().length >= (long) examples * parts.getFirst().count();
    }

    /** Arrays for the numbers of a batch. */
    List<float[]> arrays(int examples) {
        return parts.stream().map(part -> new float[Math.multiplyExact(examples, part.count())]).toList();
    }

    /** Writes the record of one example of a batch. */
    void put(List<float[]> values, int example, ByteBuffer record) {
        for (int i = 0; i < parts.size(); i++) {
            format.put(values.get(i), example * parts.get(i).count(), parts.get(i).count(), record);
        }
    }

    /** Reads the record of one example of a batch. */
    void get(ByteBuffer record, List<float[]> values, int example) {
        for (int i = 0; i < parts.size(); i++) {
            format.get(record, values.get(i), example * parts.get(i).count(), parts.get(i).count());
        }
    }

    /** What the teacher showed, from the numbers of a batch. */
    Views<Tensor> views(List<float[]> values, int examples, Device device) {
        Tensor logits = parts.getFirst().tensor(values.getFirst(), examples, device);
        var features = new TreeMap<String, Tensor>();
        for (int i = 1; i < parts.size(); i++) {
            features.put(parts.get(i).name(), parts.get(i).tensor(values.get(i), examples, device));
        }
        return new Views<>(logits, features);
    }
}
