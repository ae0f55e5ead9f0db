package dev.hearth.api;

import java.math.BigDecimal;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.util.JsonParserDelegate;

/** Numbers keep how they were written where their type can hold it, and are refused where it would make them infinite. */
final class ExactParser extends JsonParserDelegate {
    ExactParser(JsonParser parser) {
        super(parser);
    }

    @Override
    public BigDecimal getDecimalValue() {
        BigDecimal value = delegate.getDecimalValue();
        String written = delegate.getString();
        return value.toString().equals(written) ? value : new WrittenDecimal(value, written);
    }

    @Override
    public Number getNumberValue() {
        if (delegate.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
            return getDecimalValue();
        }
        Number value = delegate.getNumberValue();
        return value.intValue() == 0 && delegate.getString().startsWith("-0") ? getDecimalValue() : value;
    }

    @Override
    public Number getNumberValueExact() {
        return getNumberValue();
    }

    @Override
    public Object getNumberValueDeferred() {
        return getNumberValue();
    }

    @Override
    public double getDoubleValue() {
        double value = delegate.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw tooLarge(double.class);
        }
        return value;
    }

    @Override
    public float getFloatValue() {
        float value = delegate.getFloatValue();
        if (Float.isInfinite(value)) {
            throw tooLarge(float.class);
        }
        return value;
    }

    private InputCoercionException tooLarge(Class<?> type) {
        return new InputCoercionException(
                this, "Numeric value (" + getString() + ") out of range of " + type, currentToken(), type);
    }
}
