using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>The values of a request that names in tags stand for, as the request entered the cache: what runs behind it may set other route values.</summary>
internal readonly struct RequestValues(HttpContext context, Endpoint? endpoint, RouteValueDictionary? route)
{
    /// <summary>Adds the forms of the value of that name. Adds none when the request does not have it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="forms">The forms.</param>
    /// <param name="max">How many are of use: of more, at least one more is added, and not all.</param>
    public void AddForms(string name, List<string> forms, int max)
    {
        if (RouteValue(name) is { } value)
        {
            TagValue.AddForms(value, forms);
        }
        else
        {
            var values = QueryValue(name);
            if (values.Count > 1)
                TagValue.AddForms(values.ToString(), forms);
            for (var i = 0; i < values.Count && forms.Count <= max; i++)
                TagValue.AddForms(values[i] ?? "", forms);
        }

        if (EndpointNames.ParameterOf(endpoint, name) is { } parameter)
            AddForms(parameter, forms);
    }

    /// <summary>Adds what only the parameter's type shows: the names and numbers of an enumeration, and the default if the request has no value.</summary>
    private static void AddForms(ParameterInfo parameter, List<string> forms)
    {
        if (forms.Count == 0 && parameter is { HasDefaultValue: true, DefaultValue: { } constant })
            TagValue.AddForms(Convert.ToString(constant, CultureInfo.InvariantCulture)!, forms);
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (!type.IsEnum)
            return;
        for (var i = forms.Count - 1; i >= 0; i--)
        {
            if (!Enum.TryParse(type, forms[i], ignoreCase: true, out var parsed))
                continue;
            foreach (var form in new[] { Enum.Format(type, parsed, "G"), Enum.Format(type, parsed, "D") })
            {
                if (!forms.Contains(form))
                    forms.Add(form);
            }
        }
    }

    /// <summary>Gets the route value of that name; nothing when there is none.</summary>
    public string? RouteValue(string name) => route is not null && route.TryGetValue(name, out var value) && value is not null
        ? value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    /// <summary>Gets the values of that name in the query.</summary>
    public StringValues QueryValue(string name) => context.Request.Query.TryGetValue(name, out var values) ? values : default;
}

/// <summary>
/// The forms of a value in a tag. An application takes <c>007</c>, <c>+7</c> and <c>7</c> for the same number, and whether it reads a number is not known here.
/// So a tag is made of the value as it stands and of its canonical forms: a page carries all of them, and an eviction reaches all of them.
/// </summary>
internal static class TagValue
{
    private const int MaxParsed = 128; // what is longer is text
    private const int MaxDecoded = 8; // nothing decodes as often: the text that is encoded once more each time is an attack

    private static readonly string[] _hexPrefixes = ["0x", "&h", "#"]; // what the type converters of MVC take

    /// <summary>Adds the forms of a value.</summary>
    public static void AddForms(string value, ICollection<string> forms)
    {
        if (value.Length == 0)
            return;
        var texts = new List<string> { value };
        for (var (i, decoded) = (0, 0); i < texts.Count; i++)
        {
            AddText(texts, texts[i].Trim().Trim('\0')); // parsers skip both
            AddText(texts, texts[i].Trim('/')); // of a catch-all
            if (decoded == MaxDecoded || !texts[i].Contains('%', StringComparison.Ordinal))
                continue;
            decoded++;
            AddText(texts, Uri.UnescapeDataString(texts[i])); // servers leave %2F
        }

        foreach (var text in texts)
        {
            Add(forms, text);
            if (text.Length <= MaxParsed && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
                AddParsed(text, forms);
            else if (Guid.TryParse(text, out var guid))
                Add(forms, guid.ToString());
        }
    }

    private static void AddText(List<string> texts, string text)
    {
        if (text.Length > 0 && !texts.Contains(text))
            texts.Add(text);
    }

    private static void Add(ICollection<string> forms, string form)
    {
        if (!forms.Contains(form))
            forms.Add(form);
    }

    private static void AddParsed(string text, ICollection<string> forms)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (Guid.TryParse(text, out var guid))
            Add(forms, guid.ToString());
        if (Integer(text) is { } integer)
        {
            Add(forms, integer);
            return; // neighbors among large integers are one as floating-point numbers
        }

        AddHexadecimal(text, forms);
        if (decimal.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, invariant, out var number))
            Add(forms, number == 0 ? "0" : number.ToString("0.############################", invariant));
        if (double.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, invariant, out var real))
        {
            Add(forms, real.ToString("R", invariant));
            Add(forms, ((float)real).ToString("R", invariant));
        }

        AddTimes(text, forms, invariant);
    }

    private static string? Integer(ReadOnlySpan<char> text)
    {
        var isNegative = text[0] == '-';
        if (text[0] is '+' or '-')
            text = text[1..];
        if (text.IsEmpty || text.IndexOfAnyExceptInRange('0', '9') >= 0)
            return null;
        text = text.TrimStart('0');
        return text.IsEmpty ? "0" : isNegative ? $"-{text}" : text.ToString();
    }

    private static void AddHexadecimal(string text, ICollection<string> forms)
    {
        var prefix = Array.Find(_hexPrefixes, prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
            return;
        var digits = text.AsSpan(prefix.Length);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            digits = digits[2..];
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return;

        // The highest bit of the type it is read as is its sign.
        AddNumber(number);
        if (number <= byte.MaxValue)
            AddNumber((sbyte)number);
        if (number <= ushort.MaxValue)
            AddNumber((short)number);
        if (number <= uint.MaxValue)
            AddNumber((int)number);
        AddNumber((long)number);

        void AddNumber(IFormattable signed) => Add(forms, signed.ToString(null, CultureInfo.InvariantCulture));
    }

    private static void AddTimes(string text, ICollection<string> forms, CultureInfo invariant)
    {
        if (DateTimeOffset.TryParse(text, invariant, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            Add(forms, moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", invariant));
        if (DateTime.TryParse(text, invariant, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.NoCurrentDateDefault | DateTimeStyles.RoundtripKind, out var time))
        {
            Add(forms, time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", invariant));
            if (time.TimeOfDay == TimeSpan.Zero)
                Add(forms, time.ToString("yyyy-MM-dd", invariant));
        }

        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, invariant, out var span))
            Add(forms, span.ToString("c", invariant));
    }
}

/// <summary>Finds the names of the values that an endpoint has.</summary>
internal static class EndpointNames
{
    /// <summary>
    /// Gets whether a request to the endpoint may have a value of that name: its route has a parameter or a default of that name, or its handler reads it.
    /// A handler that takes the request as a whole may read anything, and so may a controller, a page, and a type of the application.
    /// </summary>
    public static bool MayHave(Endpoint? endpoint, string name)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: var pattern } || endpoint.Metadata.GetMetadata<ActionDescriptor>() is not null)
            return true;
        if (pattern.GetParameter(name) is not null || pattern.Defaults.ContainsKey(name) || pattern.RequiredValues.ContainsKey(name))
            return true;
        return endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler
            || Array.Exists(handler.GetParameters(), parameter => IsNamed(parameter, name) || ReadsAnything(parameter.ParameterType));
    }

    /// <summary>Gets the parameter of the handler that takes the value of that name; nothing when it is not known.</summary>
    public static ParameterInfo? ParameterOf(Endpoint? endpoint, string name) =>
        Array.Find(endpoint?.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [], parameter => IsNamed(parameter, name));

    private static bool IsNamed(ParameterInfo parameter, string name) =>
        string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase)
        || parameter.GetCustomAttributes(inherit: false).OfType<IFromQueryMetadata>().Any(query => string.Equals(query.Name, name, StringComparison.OrdinalIgnoreCase));

    private static bool ReadsAnything(Type type) =>
        type == typeof(HttpContext) || type == typeof(HttpRequest) || type == typeof(IHttpContextAccessor)
        || (type is { IsInterface: false, IsEnum: false, IsArray: false } && !IsOfPlatform(type));

    private static bool IsOfPlatform(Type type) =>
        type.Namespace is { } space && (IsIn(space, nameof(System)) || IsIn(space, nameof(Microsoft)));

    private static bool IsIn(string space, string root) => space == root || space.StartsWith(root + ".", StringComparison.Ordinal);
}
