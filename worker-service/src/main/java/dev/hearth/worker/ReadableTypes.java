package dev.hearth.worker;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.hearth.sdk.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanDeserializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.deser.std.ContainerDeserializerBase;

/** Finds the types that no JSON can become a value of, before anybody calls a task with them. */
final class ReadableTypes {
    private final DeserializationContext reading = Json.mapper()._deserializationContext();
    private final Set<JavaType> seen = new HashSet<>();
    private final List<String> faults = new ArrayList<>();

    private ReadableTypes() {}

    /** Sentences, one for each type at fault; empty if values of the type can be read. */
    static List<String> faults(Class<?> type) {
        ReadableTypes types = new ReadableTypes();
        types.look(Json.mapper().constructType(type), type.getSimpleName());
        return types.faults;
    }

    private void look(JavaType type, String place) {
        if (type.isPrimitive() || !seen.add(type)) {
            return;
        }
        try {
            if (reading.findTypeDeserializer(type) == null) {
                look(type, reading.findContextualValueDeserializer(type, null), place);
            }
        } catch (JacksonException e) {
            faults.add(place + ": " + e.getOriginalMessage());
        }
    }

    private void look(JavaType type, ValueDeserializer<?> reader, String place) {
        switch (reader) {
            case AbstractDeserializer nothing ->
                faults.add(place + ": " + type.getRawClass().getName()
                        + " is abstract, and JSON does not say which class is meant; annotate it with @JsonTypeInfo, or take a"
                        + " class or a record");
            case BeanDeserializerBase bean -> lookInto(type, bean, place);
            case ContainerDeserializerBase<?> container
            when type.getContentType() != null -> {
                if (type.getKeyType() != null) {
                    reading.findKeyDeserializer(type.getKeyType(), null);
                }
                look(type.getContentType(), place + "[]");
            }
            default -> {
                if (type.isReferenceType()) {
                    look(type.getReferencedType(), place);
                }
            }
        }
    }

    private void lookInto(JavaType type, BeanDeserializerBase bean, String place) {
        if (!bean.getValueInstantiator().canInstantiate()) {
            faults.add(place + ": " + type.getRawClass().getName()
                    + " has no constructor that JSON can be given to; make it a record, or give it a constructor without"
                    + " parameters or one with @JsonCreator");
        } else if (bean.getClass() == BeanDeserializer.class && TypeSchemas.isOfTheJdk(type.getRawClass())) {
            faults.add(place + ": " + type.getRawClass().getName()
                    + " cannot be carried as JSON; take a list, a text or a record of your own");
        } else {
            look(bean.creatorProperties(), place);
            look(bean.properties(), place);
        }
    }

    private void look(Iterator<SettableBeanProperty> properties, String place) {
        properties.forEachRemaining(each -> {
            boolean saysItsClass =
                    each.hasValueTypeDeserializer() || each.getMember().hasAnnotation(JsonTypeInfo.class);
            if (!saysItsClass
                    && each.getValueDeserializer() != null
                    && !each.getType().isPrimitive()
                    && seen.add(each.getType())) {
                look(each.getType(), each.getValueDeserializer(), place + "." + each.getName());
            }
        });
    }
}
