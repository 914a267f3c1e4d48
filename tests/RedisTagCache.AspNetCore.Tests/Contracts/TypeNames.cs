using System.Reflection;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>The names of types as C# writes them, with what may be null.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
    };

    private static readonly NullabilityInfoContext _nullability = new();

    public static string Of(Type type) => Of(type, null);

    public static string Of(ParameterInfo parameter)
    {
        lock (_nullability)
            return Of(parameter.ParameterType, _nullability.Create(parameter));
    }

    public static string Of(PropertyInfo property)
    {
        lock (_nullability)
            return Of(property.PropertyType, _nullability.Create(property));
    }

    /// <summary>The constraints of the parameters of a generic type.</summary>
    public static string Constraints(Type type) => type.IsGenericTypeDefinition ? Constraints(type.GetGenericArguments()) : "";

    public static string Constraints(Type[] parameters) => string.Concat(parameters.Select(static parameter =>
        Constraint(parameter).ToArray() is { Length: > 0 } some ? $" where {parameter.Name} : {string.Join(", ", some)}" : ""));

    private static IEnumerable<string> Constraint(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            yield return "class";
        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            yield return "struct";
        foreach (var name in parameter.GetGenericParameterConstraints().Where(static type => type != typeof(ValueType)).Select(Of).Order(StringComparer.Ordinal))
            yield return name;
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            yield return "new()";
        if (attributes.HasFlag(GenericParameterAttributes.AllowByRefLike))
            yield return "allows ref struct";
    }

    private static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability?.ElementType);
        if (type.IsGenericParameter)
            return type.Name; // without a constraint, nothing tells "T" from "T?"
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying, null) + "?";
        var mark = nullability is { Type.IsValueType: false } && (nullability.ReadState == NullabilityState.Nullable || nullability.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (_keywords.TryGetValue(type, out var keyword))
            return keyword + mark;
        if (!type.IsGenericType)
            return type.Name + mark;
        var arguments = type.GetGenericArguments().Select((argument, i) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>{mark}";
    }
}
