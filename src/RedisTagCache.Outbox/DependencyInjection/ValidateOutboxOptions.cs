using Microsoft.Extensions.Options;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.Outbox.DependencyInjection;

/// <summary>Checks the options of an outbox when the host starts.</summary>
internal sealed class ValidateOutboxOptions : IValidateOptions<RedisTagCacheOutboxOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisTagCacheOutboxOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(nameof(options.BatchSize), options.BatchSize, 1, 1_000);
        Check(nameof(options.MaxAge), options.MaxAge, TimeSpan.FromSeconds(5), TimeSpan.FromDays(1));
        Check(nameof(options.SetAsideRetention), options.SetAsideRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        if (options.RepeatAfter is { } repeat)
            Check(nameof(options.RepeatAfter), repeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        if (!Enum.IsDefined(options.Database))
            Add(nameof(options.Database), options.Database, "one of " + string.Join(", ", Enum.GetNames<OutboxDatabase>()));
        if (!TableName.TryParse(options.Table, out _))
            Add(nameof(options.Table), options.Table, TableName.Form);
        return errors.Build();

        void Check<T>(string option, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
                Add(option, value, $"between {lowest} and {highest}");
        }

        void Add(string option, object? value, string accepted) =>
            errors.AddError($"{(string.IsNullOrEmpty(name) ? "" : $"The cache '{name}': ")}{nameof(RedisTagCacheOutboxOptions)}.{option} must be {accepted}, but was '{value}'.", option);
    }
}
