package dev.hearth.api;

import java.math.BigDecimal;
import java.math.BigInteger;
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
        String written = delegate.getString();
        BigDecimal value;
        try {
            value = delegate.getDecimalValue();
        } catch (ArithmeticException | NumberFormatException e) {
            throw tooLarge(BigDecimal.class);
        }
        return value.toString().equals(written) ? value : new WrittenDecimal(value, written);
    }

    @Override
    public Number getNumberValue() {
        if (delegate.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
            return getDecimalValue();
        }
        return isMinusZero() ? getDecimalValue() : delegate.getNumberValue();
    }

    /** Of the type whose value can hold how it was written. */
    @Override
    public NumberType getNumberType() {
        return isMinusZero() ? NumberType.BIG_INTEGER : delegate.getNumberType();
    }

    @Override
    public BigInteger getBigIntegerValue() {
        return isMinusZero() ? MinusZero.VALUE : delegate.getBigIntegerValue();
    }

    private boolean isMinusZero() {
        return delegate.hasToken(JsonToken.VALUE_NUMBER_INT)
                && delegate.getStringLength() == 2
                && delegate.getString().equals("-0");
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

    private static final class MinusZero extends BigInteger {
        private static final long serialVersionUID = 1;
        static final MinusZero VALUE = new MinusZero();

        private MinusZero() {
            super("0");
        }

        @Override
        public String toString() {
            return "-0";
        }
    }
}
