package dev.hearth.controlplane.problem;

import dev.hearth.model.Violation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What goes for every call over REST, read off the method that serves it: query parameters are those that it takes, each once, and a body
 * is JSON in UTF-8. What a caller has misspelt is told, instead of being passed over.
 */
@Component
final class CallRules implements HandlerInterceptor, WebMvcConfigurer {
    private static final List<MediaType> JSON = List.of(MediaType.APPLICATION_JSON);

    /**
     * What a method says of its calls, read off once.
     *
     * @param parameters what it takes from the query, and whether more than once
     * @param body what it takes as its body; null = nothing
     */
    private record Rules(
            Map<String, Boolean> parameters, @Nullable RequestBody body) {}

    private final Map<Method, Rules> rules = new ConcurrentHashMap<>();

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns("/api/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws HttpMediaTypeNotSupportedException {
        if (handler instanceof HandlerMethod method) {
            Rules known =
                    rules.computeIfAbsent(method.getMethod(), unknown -> new Rules(parameters(method), body(method)));
            checkBody(request, known.body());
            List<Violation> faults = faults(request.getQueryString(), known.parameters());
            if (!faults.isEmpty()) {
                throw ProblemException.invalid(faults);
            }
        }
        return true;
    }

    private static @Nullable RequestBody body(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .map(each -> each.getParameterAnnotation(RequestBody.class))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Boolean> parameters(HandlerMethod method) {
        Map<String, Boolean> parameters = new TreeMap<>();
        for (MethodParameter parameter : method.getMethodParameters()) {
            RequestParam annotation = parameter.getParameterAnnotation(RequestParam.class);
            if (annotation != null) {
                String name =
                        annotation.name().isEmpty() ? parameter.getParameter().getName() : annotation.name();
                Class<?> type = parameter.getParameterType();
                parameters.put(name, type.isArray() || Collection.class.isAssignableFrom(type));
            } else if (parameter.getParameterType().isRecord() && parameter.getParameterAnnotations().length == 0) {
                Arrays.stream(parameter.getParameterType().getRecordComponents())
                        .forEach(component -> parameters.put(
                                component.getName(), Collection.class.isAssignableFrom(component.getType())));
            }
        }
        return parameters;
    }

    private static List<Violation> faults(@Nullable String query, Map<String, Boolean> parameters) {
        List<Violation> faults = new ArrayList<>();
        given(query).forEach((name, values) -> {
            if (!parameters.containsKey(name)) {
                faults.add(new Violation(
                        name,
                        values.getFirst(),
                        parameters.isEmpty()
                                ? "is no parameter of this call, which takes none"
                                : "is no parameter of this call; it takes " + String.join(", ", parameters.keySet())));
            } else if (values.size() > 1 && !Boolean.TRUE.equals(parameters.get(name))) {
                faults.add(new Violation(name, String.join(", ", values), "must be given once"));
            }
        });
        return faults;
    }

    /** Of the address alone: a form in the body gives no parameters. */
    private static Map<String, List<String>> given(@Nullable String query) {
        return query == null
                ? Map.of()
                : Stream.of(query.split("&"))
                        .filter(pair -> !pair.isEmpty())
                        .map(pair -> pair.split("=", 2))
                        .collect(Collectors.groupingBy(
                                pair -> decoded(pair[0]),
                                LinkedHashMap::new,
                                Collectors.mapping(
                                        pair -> pair.length < 2 ? "" : decoded(pair[1]), Collectors.toList())));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void checkBody(HttpServletRequest request, @Nullable RequestBody body)
            throws HttpMediaTypeNotSupportedException {
        MediaType type = type(request);
        boolean isForm = MediaType.APPLICATION_FORM_URLENCODED.isCompatibleWith(type);
        boolean takesJson = body != null && (body.required() || hasBody(request));
        if ((takesJson && !isJson(type)) || (isForm && hasBody(request))) {
            throw new HttpMediaTypeNotSupportedException(type, JSON);
        }
    }

    private static boolean isJson(@Nullable MediaType type) {
        return type != null
                && MediaType.APPLICATION_JSON.includes(type)
                && (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8));
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    /** Null if there is none. */
    private static @Nullable MediaType type(HttpServletRequest request) throws HttpMediaTypeNotSupportedException {
        String text = request.getContentType();
        try {
            return text == null || text.isBlank() ? null : MediaType.parseMediaType(text);
        } catch (InvalidMediaTypeException unreadable) {
            throw new HttpMediaTypeNotSupportedException("unreadable", JSON);
        }
    }
}
