using RedisTagCache.Diagnostics;
using RedisTagCache.Envelope;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

internal sealed partial class TagCacheStore
{
    /// <summary>Prolongs a sliding expiration. Does nothing for other entries, and nothing while Redis is unavailable.</summary>
    public async ValueTask RefreshAsync(CacheEntryKey key, CancellationToken cancellationToken)
    {
        Validate(key);
        try
        {
            var address = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Keys.Locate(key);
            var start = await _commands.PeekAsync(address, EnvelopeLayout.TagsAt, cancellationToken).ConfigureAwait(false);
            if (TryProlong(start, address.KeyHash, out var identity, out var timeToLive))
                await _commands.TouchAsync(address, identity, timeToLive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    /// <summary>The same on the client's synchronous path.</summary>
    public void Refresh(CacheEntryKey key)
    {
        Validate(key);
        try
        {
            var address = _partitions.Get().Keys.Locate(key);
            if (TryProlong(_commands.Peek(address, EnvelopeLayout.TagsAt), address.KeyHash, out var identity, out var timeToLive))
                _commands.Touch(address, identity, timeToLive);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    private bool TryProlong(ReadOnlySpan<byte> start, ulong keyHash, out byte[] identity, out long timeToLive)
    {
        (identity, timeToLive) = ([], 0);
        if (!EnvelopeReader.TryPeekSliding(start, keyHash, out var sliding, out var endsAt))
            return false;
        identity = start[..EnvelopeLayout.IdentityLength].ToArray();
        timeToLive = Math.Min(_maxLife, Math.Min(sliding, endsAt - Now()));
        return timeToLive > 0;
    }

    /// <summary>Prolongs a sliding expiration without the caller waiting for it.</summary>
    private void Touch(EntryLocation address, byte[] identity, long timeToLive)
    {
        if (timeToLive > 0)
            _ = QuietlyAsync(_commands.TouchAsync(address, identity, timeToLive, CancellationToken.None));
    }

    /// <summary>Removes what cannot be read, if it is still there, without the caller waiting for it.</summary>
    private void Drop(EntryLocation address, ReadOnlySpan<byte> bytes)
    {
        // So short a beginning may also be that of a good entry that another instance has written since. It is left to be overwritten or to expire.
        if (bytes.Length >= EnvelopeLayout.IdentityLength || !EnvelopeReader.MayBegin(bytes))
            _ = QuietlyAsync(_commands.DropAsync(address, IdentityOf(bytes), CancellationToken.None));
    }

    private async Task QuietlyAsync<T>(ValueTask<T> command)
    {
        try
        {
            await command.ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }
}
