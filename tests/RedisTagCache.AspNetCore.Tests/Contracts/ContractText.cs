using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>A type as text: what others can call, and what those who implement or derive must provide. One member a line, in an order that does not depend on the compiler.</summary>
internal static class ContractText
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    public static string Of(Type type)
    {
        var text = new StringBuilder();
        text.Append(Obsolete(type)).Append(Kind(type)).Append(' ').Append(TypeNames.Of(type));
        if (Bases(type) is { Length: > 0 } bases)
            text.Append(" : ").Append(string.Join(", ", bases));
        text.Append(TypeNames.Constraints(type)).Append('\n');
        foreach (var member in Members(type).Order(StringComparer.Ordinal))
            text.Append("    ").Append(member).Append('\n');
        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsInterface ? "interface"
        : type.IsEnum ? $"{(type.IsDefined(typeof(FlagsAttribute)) ? "flags " : "")}enum"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsSealed ? "sealed class"
        : type.IsAbstract ? "abstract class" : "class";

    private static string[] Bases(Type type)
    {
        if (type.IsEnum)
            return [TypeNames.Of(Enum.GetUnderlyingType(type))];
        var inherited = type.GetInterfaces().SelectMany(static one => one.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []);
        var interfaces = type.GetInterfaces().Except(inherited).Where(static one => one.IsVisible).Select(TypeNames.Of).Order(StringComparer.Ordinal);
        return [.. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [TypeNames.Of(parent)] : Array.Empty<string>(), .. interfaces];
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}");
        return type.GetConstructors(Declared).Where(IsVisible).Select(static constructor => $"{Modifiers(constructor)}constructor({Parameters(constructor)})")
            .Concat(type.GetMethods(Declared).Where(static method => IsVisible(method) && !method.IsSpecialName).Select(OfMethod))
            .Concat(type.GetProperties(Declared).Select(OfProperty).OfType<string>())
            .Concat(type.GetEvents(Declared).Where(static one => IsVisible(one.AddMethod!)).Select(static one => $"{Modifiers(one.AddMethod!)}event {TypeNames.Of(one.EventHandlerType!)} {one.Name}"))
            .Concat(type.GetFields(Declared).Where(static field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(OfField));
    }

    private static string OfMethod(MethodInfo method)
    {
        var generics = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(static one => one.Name))}>" : "";
        var constraints = method.IsGenericMethodDefinition ? TypeNames.Constraints(method.GetGenericArguments()) : "";
        return $"{Obsolete(method)}{Modifiers(method)}{TypeNames.Of(method.ReturnParameter)} {method.Name}{generics}({Parameters(method)}){constraints}";
    }

    private static string? OfProperty(PropertyInfo property)
    {
        var accessors = new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().Where(IsVisible).ToArray();
        if (accessors.Length == 0)
            return null;
        var name = property.GetIndexParameters() is { Length: > 0 } indices ? $"this[{string.Join(", ", indices.Select(Parameter))}]" : property.Name;
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Obsolete(property)}{Modifiers(accessors[0])}{required}{TypeNames.Of(property)} {name} {{ {string.Join(' ', accessors.Select(accessor => Accessor(accessor, accessors[0])))} }}";
    }

    private static string Accessor(MethodInfo accessor, MethodInfo first)
    {
        var isInit = accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        var access = Access(accessor) == Access(first) ? "" : Access(accessor);
        return access + (accessor.ReturnType != typeof(void) ? "get;" : isInit ? "init;" : "set;");
    }

    private static string OfField(FieldInfo field) => field.IsLiteral
        ? $"{(field.IsPublic ? "" : "protected ")}const {TypeNames.Of(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}"
        : $"{(field.IsPublic ? "" : "protected ")}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{TypeNames.Of(field.FieldType)} {field.Name}";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    /// <summary>Who implements an interface must provide what is abstract. Who derives from a class may also override what is virtual.</summary>
    private static string Modifiers(MethodBase method) => Access(method)
        + (method.IsStatic ? "static " : "")
        + (method.IsAbstract ? "abstract "
            : method is not { IsVirtual: true, IsFinal: false } ? ""
            : method is MethodInfo one && one.GetBaseDefinition() != one ? "override "
            : "virtual ");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params "
            : parameter.IsOut ? "out "
            : parameter.IsIn ? "in "
            : parameter.ParameterType.IsByRef ? "ref " : "";
        var standard = parameter.HasDefaultValue ? $" = {Standard(parameter.DefaultValue)}" : "";
        return $"{prefix}{TypeNames.Of(parameter)} {parameter.Name}{standard}";
    }

    private static string Standard(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool isTrue => isTrue ? "true" : "false",
        _ => string.Create(null, $"{value}"),
    };

    private static string Obsolete(MemberInfo member) => member.IsDefined(typeof(ObsoleteAttribute)) ? "obsolete " : "";
}
