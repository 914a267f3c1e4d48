using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace RedisTagCache.Tool;

/// <summary>Options that are numbers, with errors that say what is allowed.</summary>
internal static class Numbers
{
    public static Option<T> Option<T>(string name, string[] aliases, string description, T byDefault, T least, T most)
        where T : struct, INumber<T> => new(name, aliases)
        {
            Description = $"{description} {Text(least)} to {Text(most)}.",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result =>
            {
                var text = result.Tokens is [{ } token] ? token.Value : "";
                if (T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                    return number;
                result.AddError($"{name} must be a {(typeof(T) == typeof(double) ? "" : "whole ")}number from {Text(least)} to {Text(most)}, but was '{text}'.");
                return byDefault;
            },
        };

    private static string Text<T>(T number)
        where T : INumber<T> => number.ToString("#,0.###", CultureInfo.InvariantCulture);
}
