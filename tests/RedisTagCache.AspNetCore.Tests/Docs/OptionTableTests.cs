using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.Hosting;
using RedisTagCache.Outbox;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>The tables of options have every option, with its default and with the range that is accepted.</summary>
public sealed partial class OptionTableTests
{
    /// <summary>What a default says that is not the value of a new object: it is found out later, or depends on others.</summary>
    private static readonly string[] _later = ["detected automatically", "the number that the fleet uses", "the application's", "`rtc`, for a"];

    private static readonly Dictionary<Type, (string Page, Action<IServiceCollection, PropertyInfo, object> Set)> _tables = new()
    {
        [typeof(RedisTagCacheOptions)] = ("docs/operations.md", static (services, property, value) => services.AddRedisTagCache(options => property.SetValue(options, value))),
        [typeof(RedisTagOutputCacheOptions)] = ("docs/output-cache.md", static (services, property, value) => services.AddRedisTagOutputCache(configurePages: options => property.SetValue(options, value))),
        [typeof(RedisTagCacheOutboxOptions)] = ("docs/transactional-evictions.md", static (services, property, value) => services.AddRedisTagCacheOutbox(options => property.SetValue(options, value))),
        [typeof(RedisTagCacheEndpointOptions)] = ("docs/operations-page.md", Nothing),
        [typeof(RedisTagCacheSettings)] = ("docs/hosting.md", Nothing),
        [typeof(CachePolicy)] = ("docs/hybrid-cache.md", static (services, property, value) => services.AddRedisTagCache(options =>
        {
            var policy = new CachePolicy();
            property.SetValue(policy, value);
            options.Profiles["default"] = policy;
        })),
    };

    /// <summary>What is not set by a row: a name of other rows, or a member of the package for host builders that stands in the text.</summary>
    private static readonly string[] _elsewhere = [nameof(CachePolicy.Profile), nameof(RedisTagCacheSettings.ConnectionString)];

    public static IEnumerable<TheoryDataRow<string, string>> Options =>
        _tables.Keys.SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => !_elsewhere.Contains(property.Name)).Select(property => new TheoryDataRow<string, string>(type.Name, property.Name)));

    public static IEnumerable<TheoryDataRow<string, string>> Ranges =>
        Options.Where(static row => RowOf(row.Data.Item1, row.Data.Item2) is { Range: { } range } && Between().IsMatch(range) && Property(row.Data.Item1, row.Data.Item2).PropertyType != typeof(string));

    [Theory]
    [MemberData(nameof(Options))]
    public void Default_InTheTable_IsThatOfANewObject(string type, string name)
    {
        var (told, _) = RowOf(type, name) ?? throw new InvalidOperationException($"No table has a row for {type}.{name}.");
        var value = Property(type, name).GetValue(Activator.CreateInstance(Property(type, name).DeclaringType!));
        if (told is "none" || (value is null && !Value().IsMatch(told)))
            Assert.True(value is null or System.Collections.ICollection { Count: 0 }, $"{told} is {value}");
        else if (!_later.Any(later => told.StartsWith(later, StringComparison.Ordinal)))
            Assert.Equal(value ?? DefaultOf(name), Parse(told, Property(type, name).PropertyType));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Range_InTheTable_IsAccepted(string type, string name)
    {
        var ends = Between().Match(RowOf(type, name)!.Value.Range!);
        var (from, to) = (ends.Groups[1].Value, ends.Groups[2].Value);
        if (!char.IsAsciiLetter(from[^1]) && Unit().Match(to) is { Success: true } unit && !from.Contains(' ', StringComparison.Ordinal))
            from += unit.Value; // 0 to 10 minutes
        var kind = Property(type, name).PropertyType;
        var (least, most) = (Parse(from, kind), Parse(to, kind));
        Assert.Null(ErrorOf(type, name, least));
        Assert.Null(ErrorOf(type, name, most));
        Assert.Contains(name, ErrorOf(type, name, Beside(least, -1)), StringComparison.Ordinal);
        Assert.Contains(name, ErrorOf(type, name, Beside(most, 1)), StringComparison.Ordinal);
    }

    /// <summary>The text of the error that a value causes when the host starts. Null if there is none.</summary>
    private static string? ErrorOf(string type, string name, object value)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRedisTagCache(static options => options.Configuration = "localhost");
        _tables[Property(type, name).DeclaringType!].Set(services, Property(type, name), value);
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (OptionsValidationException e)
        {
            return e.Message;
        }
    }

    /// <summary>The defaults of a policy are taken when it is used, as its members are null until they are set.</summary>
    private static object? DefaultOf(string name) => name switch
    {
        nameof(CachePolicy.Lifetime) => TimeSpan.FromMinutes(5),
        nameof(CachePolicy.StaleWindow) or nameof(CachePolicy.FailSafeWindow) => TimeSpan.Zero,
        nameof(CachePolicy.Jitter) => 0.0,
        nameof(CachePolicy.RetryDelay) => TimeSpan.FromSeconds(10),
        nameof(CachePolicy.WaitForWrite) => false,
        _ => null,
    };

    private static void Nothing(IServiceCollection services, PropertyInfo property, object value)
    {
        // A page that is mapped, or settings of a host builder: no range is told.
    }

    private static PropertyInfo Property(string type, string name) => _tables.Keys.Single(key => key.Name == type).GetProperty(name)!;

    private static (string Default, string? Range)? RowOf(string type, string name)
    {
        string[] header = [];
        foreach (var line in DocPage.Of(_tables[Property(type, name).DeclaringType!].Page).Lines.Where(static line => line.StartsWith('|')))
        {
            string[] cells = [.. line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)];
            if (cells[0] is "Option" or "Property" or "Setting")
                header = cells;
            else if (cells[0] == $"`{name}`" && cells.Length == header.Length && header.Contains("Default"))
                return (cells[Array.IndexOf(header, "Default")], header.Intersect(["Range", "Allowed values"]).Select(column => cells[Array.IndexOf(header, column)]).FirstOrDefault());
        }

        return null;
    }

    private static object Parse(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        text = text.Trim('`').Replace("zero", "0", StringComparison.Ordinal);
        if (type == typeof(bool))
            return text is "true" or "yes";
        if (type == typeof(string))
            return text;
        if (type.IsEnum)
            return Enum.Parse(type, text);
        var parts = text.Split(' ');
        var number = double.Parse(parts[0], CultureInfo.InvariantCulture);
        if (type == typeof(TimeSpan))
            return number == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)(number * TicksOf(parts[1])));
        var factor = parts.ElementAtOrDefault(1) switch { "KiB" => 1L << 10, "MiB" => 1L << 20, "GiB" => 1L << 30, _ => 1L };
        return Convert.ChangeType(number * factor, type, CultureInfo.InvariantCulture);
    }

    private static long TicksOf(string unit) => unit.TrimEnd('s') switch
    {
        "m" => TimeSpan.TicksPerMillisecond,
        "" or "second" => TimeSpan.TicksPerSecond,
        "minute" => TimeSpan.TicksPerMinute,
        "hour" => TimeSpan.TicksPerHour,
        "day" => TimeSpan.TicksPerDay,
        _ => throw new FormatException($"{unit} is no unit of time."),
    };

    private static object Beside(object value, int direction) => value switch
    {
        TimeSpan time => time + TimeSpan.FromTicks(direction),
        int number => number + direction,
        long number => number + direction,
        double number => number + (direction * 0.001),
        _ => throw new InvalidOperationException($"{value} has no neighbor."),
    };

    [GeneratedRegex(@"^((?:zero|[\d.,]+)(?: [A-Za-z]+)??) to ((?:zero|[\d.,]+)(?: [A-Za-z]+)?)$")]
    private static partial Regex Between();

    [GeneratedRegex(" [A-Za-z]+$")]
    private static partial Regex Unit();

    [GeneratedRegex(@"^(?:zero$|`?(?:true|false)|[\d.,]+)")]
    private static partial Regex Value();
}
